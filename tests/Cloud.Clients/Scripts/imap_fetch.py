"""Reads a mailbox by imaplib into a folder, one file a message, named by its UID.

imap_fetch.py PORT USER PASSWORD MAILBOX FOLDER [tls|starttls] [expunge-last]
Prints UIDVALIDITY. With expunge-last the newest message is removed after it was read.
"""
import imaplib
import os
import re
import ssl
import sys

port, user, password, mailbox, folder = sys.argv[1:6]
options = sys.argv[6:]
unverified = ssl._create_unverified_context()
if "tls" in options:
    server = imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=unverified, timeout=60)
else:
    server = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
if "starttls" in options:
    server.starttls(ssl_context=unverified)
server.login(user, password)
status, _ = server.select(f'"{mailbox}"', readonly="expunge-last" not in options)
assert status == "OK", status
os.makedirs(folder)
status, found = server.uid("SEARCH", None, "ALL")
assert status == "OK", status
uids = found[0].split()
for start in range(0, len(uids), 100):
    status, parts = server.uid("FETCH", b",".join(uids[start : start + 100]).decode(), "(UID BODY.PEEK[])")
    assert status == "OK", status
    for part in parts:
        if isinstance(part, tuple):
            uid = re.search(rb"UID (\d+)", part[0]).group(1).decode()
            with open(os.path.join(folder, uid), "wb") as file:
                file.write(part[1])
print(server.response("UIDVALIDITY")[1][0].decode())
if "expunge-last" in options and uids:
    server.uid("STORE", uids[-1].decode(), "+FLAGS", r"(\Deleted)")
    server.expunge()
server.logout()
