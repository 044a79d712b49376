"""Verifies every signature of a message by dkimpy: a line True or False for each, from the top.

dkim_verify.py MESSAGE RECORDS

RECORDS is a file of lines: a name, a space, and the text of its TXT record.
"""
import sys

import dkim

records = dict(line.split(" ", 1) for line in open(sys.argv[2]).read().splitlines())
message = open(sys.argv[1], "rb").read()
verifier = dkim.DKIM(message)
count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")


def txt(name, timeout=5):
    return records[name.decode().rstrip(".")].encode()


for index in range(count):
    print(dkim.DKIM(message).verify(idx=index, dnsfunc=txt))
