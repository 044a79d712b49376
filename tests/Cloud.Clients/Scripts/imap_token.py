"""Logs in to IMAP over TLS with XOAUTH2: first with a wrong token, then with a right one.

imap_token.py PORT USER RIGHT WRONG
"""

import imaplib
import ssl
import sys

port, user, right, wrong = int(sys.argv[1]), *sys.argv[2:5]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def log_in(token):
    """imaplib hands over each challenge decoded; the first is empty, one after it says what is wrong."""
    answers = iter([f"user={user}\1auth=Bearer {token}\1\1".encode(), b""])
    client = imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=context)
    client.authenticate("XOAUTH2", lambda challenge: next(answers))
    return client


try:
    log_in(wrong)
    print("let in")
except imaplib.IMAP4.error:
    print("refused")
print(log_in(right).select("INBOX")[0])
