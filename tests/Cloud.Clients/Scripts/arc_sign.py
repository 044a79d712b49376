"""Seals a message by dkimpy, with the Authentication-Results it has of SERVER, and prints the three fields.

arc_sign.py MESSAGE KEY SELECTOR DOMAIN SERVER

KEY is a file in PEM.
"""
import sys

import dkim

message, key, selector, domain, server = sys.argv[1:6]
fields = dkim.arc_sign(
    open(message, "rb").read(), selector.encode(), domain.encode(), open(key, "rb").read(), server.encode()
)
sys.stdout.buffer.write(b"".join(fields))
