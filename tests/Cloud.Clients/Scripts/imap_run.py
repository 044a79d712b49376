"""One thing done in INBOX by imaplib.

imap_run.py PORT USER PASSWORD SEARCH CRITERION   prints the UIDs found
imap_run.py PORT USER PASSWORD STORE NAME         removes the letter of that name
imap_run.py PORT USER PASSWORD FLAG UID           sets \\Flagged
imap_run.py PORT USER PASSWORD APPEND FILE        appends the file's octets
"""
import imaplib
import sys

port, user, password, action, argument = sys.argv[1:6]
server = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
server.login(user, password)
server.select("INBOX")
if action == "SEARCH":
    status, found = server.uid("SEARCH", None, argument)
    assert status == "OK", found
    print(found[0].decode())
elif action == "STORE":
    status, found = server.uid("SEARCH", None, f"HEADER X-Letter {argument}")
    assert status == "OK" and len(found[0].split()) == 1, found
    server.uid("STORE", found[0].decode(), "+FLAGS", r"(\Deleted)")
    server.expunge()
elif action == "FLAG":
    status, found = server.uid("STORE", argument, "+FLAGS", r"(\Flagged)")
    assert status == "OK", found
elif action == "APPEND":
    with open(argument, "rb") as file:
        octets = file.read()
    imaplib.MapCRLF = __import__("re").compile(rb"(?!)")  # leave line ends alone
    status, found = server.append("INBOX", None, None, octets)
    assert status == "OK", found
server.logout()
