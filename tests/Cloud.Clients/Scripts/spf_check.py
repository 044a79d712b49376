"""Checks senders by pyspf against zones in a file: prints a line with the result for each case.

spf_check.py ZONE CASES

ZONE has lines `name TYPE data`, wildcards included, CASES lines `address sender helo`.
"""
import shlex
import socket
import sys

import spf

zone = {}
for line in open(sys.argv[1]):
    name, kind, *data = shlex.split(line)
    zone.setdefault(name.lower(), []).append((kind, data))

READ = {
    "A": lambda data: data[0],
    "AAAA": lambda data: socket.inet_pton(socket.AF_INET6, data[0]),
    "MX": lambda data: (int(data[0]), data[1]),
    "TXT": lambda data: tuple(part.encode() for part in data),
}


def records(name):
    if name in zone:
        return zone[name]
    labels = name.split(".")
    for at in range(1, len(labels)):
        found = zone.get(".".join(["*", *labels[at:]]))
        if found:
            return found
    return []


def lookup(name, qtype, strict=True, timeout=None):
    for kind, data in records(name.lower().rstrip(".")):
        if kind in (qtype, "CNAME"):
            yield (name, kind), READ.get(kind, lambda data: data[0])(data)


spf.DNSLookup = lookup
for case in open(sys.argv[2]):
    print(spf.check2(*case.split())[0])
