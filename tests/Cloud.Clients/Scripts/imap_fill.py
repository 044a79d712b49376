"""Fills mailboxes by imaplib from a folder, where each mailbox is a folder and each message a file ending in :2,FLAGS.

imap_fill.py PORT USER PASSWORD FOLDER [tls|starttls]
FLAGS are those of a Maildir's files; the octets go as they are.
"""
import base64
import imaplib
import os
import re
import socket
import ssl
import sys

port, user, password, folder = sys.argv[1:5]
flags = {"D": r"\Draft", "F": r"\Flagged", "P": "$Forwarded", "R": r"\Answered", "S": r"\Seen", "T": r"\Deleted"}
unverified = ssl._create_unverified_context()
imaplib.MapCRLF = re.compile(rb"(?!)")  # leave line ends alone


def encoded(name):
    """Modified UTF-7 (RFC 3501 section 5.1.3)."""

    def shifted(run):
        text = base64.b64encode(run.group().encode("utf-16-be")).decode()
        return "&" + text.rstrip("=").replace("/", ",") + "-"

    return '"' + re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-")) + '"'


if "tls" in sys.argv[5:]:
    server = imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=unverified, timeout=60)
else:
    server = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # it writes in small pieces
if "starttls" in sys.argv[5:]:
    server.starttls(ssl_context=unverified)
server.login(user, password)
for path, _, files in os.walk(folder):
    mailbox = os.path.relpath(path, folder)
    if mailbox == ".":
        continue
    if mailbox.upper() != "INBOX":
        server.create(encoded(mailbox))
    for name in sorted(files):
        with open(os.path.join(path, name), "rb") as file:
            octets = file.read()
        letters = name.rpartition(":2,")[2] if ":2," in name else ""
        status, answer = server.append(encoded(mailbox), " ".join(flags[letter] for letter in letters), None, octets)
        assert status == "OK", (mailbox, name, answer)
server.logout()
