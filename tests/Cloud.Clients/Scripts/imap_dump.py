"""Writes all mailboxes by imaplib into a folder: each mailbox a folder, each message a file UID:2,FLAGS as in a Maildir.

imap_dump.py PORT USER PASSWORD FOLDER [tls|starttls]
"""
import imaplib
import os
import re
import ssl
import sys

port, user, password, folder = sys.argv[1:5]
letters = {r"\Draft": "D", r"\Flagged": "F", "$Forwarded": "P", r"\Answered": "R", r"\Seen": "S", r"\Deleted": "T"}
unverified = ssl._create_unverified_context()


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


if "tls" in sys.argv[5:]:
    server = imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=unverified, timeout=60)
else:
    server = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
if "starttls" in sys.argv[5:]:
    server.starttls(ssl_context=unverified)
server.login(user, password)
ok(server.enable("UTF8=ACCEPT"))  # names come as they are
for line in ok(server.list()):
    name = re.fullmatch(r'\(.*?\) "/" (?:"(.*)"|(\S+))', line.decode())
    mailbox = re.sub(r"\\(.)", r"\1", name[1]) if name[1] is not None else name[2]
    target = os.path.join(folder, mailbox)
    os.makedirs(target, exist_ok=True)
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", mailbox) + '"'
    if int(ok(server.select(quoted, readonly=True))[0]) == 0:
        continue
    for part in ok(server.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")):
        if not isinstance(part, tuple):
            continue
        uid = re.search(rb"UID (\d+)", part[0])[1].decode()
        flags = re.search(rb"FLAGS \((.*?)\)", part[0])[1].decode().split()
        with open(os.path.join(target, f"{uid}:2,{''.join(sorted(letters[f] for f in flags if f in letters))}"), "wb") as file:
            file.write(part[1])
server.logout()
