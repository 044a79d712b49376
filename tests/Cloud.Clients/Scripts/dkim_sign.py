"""Signs a message by dkimpy and prints the field.

dkim_sign.py MESSAGE KEY SELECTOR DOMAIN ALGORITHM HEADER-FORM BODY-FORM [length]

KEY is a file: PEM for rsa-sha256, the seed in base64 for ed25519-sha256.
"""
import sys

import dkim

message, key, selector, domain, algorithm, header, body = sys.argv[1:8]
field = dkim.sign(
    open(message, "rb").read(),
    selector.encode(),
    domain.encode(),
    open(key, "rb").read(),
    canonicalize=(header.encode(), body.encode()),
    signature_algorithm=algorithm.encode(),
    length="length" in sys.argv,
)
sys.stdout.buffer.write(field)
