"""Submits by smtplib what a list of jobs says; prints what was answered to each, a line each.

submit.py PORT USER PASSWORD JOBS, where JOBS is a JSON file: [{"mail": [...], "to": [[ADDRESS, [...]], ...], "file": PATH}]
"""
import json
import smtplib
import ssl
import sys

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(sys.argv[4], encoding="utf-8") as file:
    jobs = json.load(file)
with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
    server.ehlo("client.example")
    server.starttls(context=ssl._create_unverified_context())
    server.ehlo("client.example")
    server.login(user, password)
    for job in jobs:
        with open(job["file"], "rb") as file:
            message = file.read()
        answers = [server.mail(user, job["mail"])]
        answers += [server.rcpt(address, options) for address, options in job["to"]]
        answers.append(server.data(message))
        assert all(code == 250 for code, _ in answers), answers
        print(answers[-1][1].decode())
