"""Reads a maildrop by poplib into a folder, one file a message, named by its number.

pop3_fetch.py PORT USER PASSWORD FOLDER [tls|stls] [delete]
"""
import os
import poplib
import ssl
import sys

port, user, password, folder = sys.argv[1:5]
options = sys.argv[5:]
poplib._MAXLINE = 1 << 20  # its own limit of 2,048 octets is below what mail has
unverified = ssl._create_unverified_context()
if "tls" in options:
    server = poplib.POP3_SSL("127.0.0.1", int(port), context=unverified, timeout=60)
else:
    server = poplib.POP3("127.0.0.1", int(port), timeout=60)
if "stls" in options:
    server.stls(unverified)
server.user(user)
server.pass_(password)
count, octets = server.stat()
sizes = [int(line.split()[1]) for line in server.list()[1]]
unique = [line.split()[1] for line in server.uidl()[1]]
assert len(sizes) == len(set(unique)) == count and sum(sizes) == octets, (count, octets, sizes, unique)
os.makedirs(folder)
for number in range(1, count + 1):
    lines = server.retr(number)[1]
    with open(os.path.join(folder, str(number)), "wb") as file:
        for line in lines:
            file.write(line + b"\r\n")
    if "delete" in options:
        server.dele(number)
server.quit()
