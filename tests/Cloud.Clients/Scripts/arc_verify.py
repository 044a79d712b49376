"""Verifies the chains of messages by dkimpy: a line `pass` or `not` for each.

arc_verify.py RECORDS MESSAGE...

RECORDS is a file of lines: a name, a space, and the text of its TXT record.
"""
import sys

import dkim

records = dict(line.split(" ", 1) for line in open(sys.argv[1]).read().splitlines())


def txt(name, timeout=5):
    return records.get(name.decode(errors="replace").rstrip("."), "").encode() or None


def passes(message):
    try:
        return dkim.arc_verify(message, dnsfunc=txt)[0] == dkim.CV_Pass
    except (dkim.DKIMException, ValueError):
        return False  # It does not take a message whose header has other lines than fields.


for path in sys.argv[2:]:
    print("pass" if passes(open(path, "rb").read()) else "not")
