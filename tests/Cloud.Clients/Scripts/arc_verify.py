"""Verifies the chains of messages by dkimpy: a line with the result for each.

arc_verify.py RECORDS MESSAGE...

RECORDS is a file of lines: a name, a space, and the text of its TXT record.
"""
import sys

import dkim

records = dict(line.split(" ", 1) for line in open(sys.argv[1]).read().splitlines())


def txt(name, timeout=5):
    return records[name.decode().rstrip(".")].encode()


for path in sys.argv[2:]:
    print(dkim.arc_verify(open(path, "rb").read(), dnsfunc=txt)[0].decode().lower())
