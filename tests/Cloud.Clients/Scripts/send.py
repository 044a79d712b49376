"""Sends every file of a folder by smtplib, octet for octet; what has no final CRLF goes by BDAT (RFC 3030).

send.py PORT RECIPIENT FOLDER [USER PASSWORD]
"""
import os
import smtplib
import ssl
import sys

port, recipient, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
    server.ehlo("client.example")
    if len(sys.argv) > 4:
        server.starttls(context=ssl._create_unverified_context())
        server.ehlo("client.example")
        server.login(sys.argv[4], sys.argv[5])
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            message = file.read()
        if message.endswith(b"\r\n"):
            server.sendmail("bob@example.test", [recipient], message, mail_options=["BODY=8BITMIME"])
            continue
        for command in ("MAIL FROM:<bob@example.test>", f"RCPT TO:<{recipient}>"):
            code, text = server.docmd(command)
            assert code == 250, (command, code, text)
        half = len(message) // 2
        for part, last in ((message[:half], ""), (message[half:], " LAST")):
            server.send(b"BDAT %d%s\r\n" % (len(part), last.encode()) + part)
            code, text = server.getreply()
            assert code == 250, (code, text)
