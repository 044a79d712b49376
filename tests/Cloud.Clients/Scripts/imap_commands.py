"""All that imaplib has a method for, in mailboxes of its own, with the answers looked at.

imap_commands.py PORT USER PASSWORD tls|starttls
"""
import imaplib
import re
import ssl
import sys

port, user, password, security = sys.argv[1:5]
unverified = ssl._create_unverified_context()


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


def letter(name, subject, day, rest=b""):
    head = f"X-Letter: {name}\r\nFrom: {name}@example.test\r\nDate: {day} Nov 2026 08:00:00 +0000\r\n"
    head += f"Message-ID: <{name}@example.test>\r\nSubject: {subject}\r\n"
    return head.encode() + rest + f"\r\nThis is {name}. Ünïcode.\r\n".encode()


def flags(answer):
    return set(imaplib.ParseFlags(ok(answer)[0])) - {b"\\Recent"}


def uids(found):
    return found[0].decode().split()


if security == "tls":
    server = imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=unverified, timeout=60)
else:
    server = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
    ok(server.starttls(ssl_context=unverified))
ok(server.login(user, password))
assert {"IMAP4REV1", "IMAP4REV2", "UIDPLUS", "MOVE"} <= set(ok(server.capability())[0].decode().upper().split())
ok(server.noop())
assert server.state == "AUTH"

# Mailboxes, their names in modified UTF-7.
ok(server.create('"Werkstatt/&ANY-l"'))
ok(server.create("Ziel"))
ok(server.subscribe("Ziel"))
assert any(line.endswith(b"Ziel") for line in ok(server.lsub()))
ok(server.unsubscribe("Ziel"))
assert not any(line and line.endswith(b"Ziel") for line in ok(server.lsub('""', "Z*")))
assert b"&ANY-l" in ok(server.list('"Werkstatt/"', "%"))[0]
ok(server.rename('"Werkstatt/&ANY-l"', "Werk"))
assert server.namespace()[0] == "OK"

# Messages: second is an answer to first, third to nothing.
date = imaplib.Time2Internaldate(1_700_000_000)
validity, first = re.search(rb"APPENDUID (\d+) (\d+)", ok(server.append("Werk", r"(\Seen)", date, letter("first", "B", 1)))[0]).groups()
ok(server.append("Werk", r"(\Flagged $Forwarded)", date, letter("second", "Re: B", 3, b"In-Reply-To: <first@example.test>\r\n")))
ok(server.append("Werk", None, None, letter("third", "A ä", 2)))
status = ok(server.status("Werk", "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)"))[0]
assert re.search(rb"MESSAGES 3\b", status) and re.search(rb"UNSEEN 2\b", status), status
assert b"UIDVALIDITY " + validity in status, status
assert ok(server.select("Werk")) == [b"3"]
assert server.response("UIDVALIDITY")[1] == [validity]

# SEARCH, in sequence numbers and UIDs, with literals in UTF-8.
assert uids(ok(server.search(None, "ALL"))) == ["1", "2", "3"]
assert uids(ok(server.search(None, "UNSEEN", "NOT", "KEYWORD", "$Forwarded"))) == ["3"]
assert uids(ok(server.search(None, "OR", "FROM", "first", "HEADER", "X-Letter", "third"))) == ["1", "3"]
assert uids(ok(server.search(None, "SENTSINCE", "2-Nov-2026", "BEFORE", "1-Jan-2024"))) == ["2"]
server.literal = "Ünïcode".encode()
assert uids(ok(server.uid("SEARCH", "CHARSET", "UTF-8", "BODY"))) == ["1", "2", "3"]
server.literal = "ä".encode()
assert uids(ok(server.search("UTF-8", "SUBJECT"))) == ["3"]
assert uids(ok(server.sort("(SUBJECT REVERSE DATE)", "UTF-8", "ALL"))) == ["3", "2", "1"]
assert uids(ok(server.uid("SORT", "(REVERSE ARRIVAL SIZE)", "UTF-8", "UNDELETED")))[0] == "3"
assert ok(server.thread("REFERENCES", "UTF-8", "ALL")) == [b"(1 2)(3)"]
assert ok(server.uid("THREAD", "ORDEREDSUBJECT", "UTF-8", "ALL")) == [b"(1 2)(3)"]

# FETCH: octets, parts of them, flags, dates.
assert ok(server.fetch("2", "(BODY.PEEK[])"))[0][1] == letter("second", "Re: B", 3, b"In-Reply-To: <first@example.test>\r\n")
assert ok(server.fetch("3", "(RFC822)"))[0][1] == letter("third", "A ä", 2)
assert ok(server.uid("FETCH", first, "(BODY.PEEK[TEXT]<8.5>)"))[0][1] == b"first"
assert flags(server.fetch("3", "(FLAGS)")) == {b"\\Seen"}
assert imaplib.Internaldate2tuple(ok(server.fetch("1", "(INTERNALDATE)"))[0])[:3] == (2023, 11, 14)

# STORE, COPY, MOVE, EXPUNGE.
ok(server.store("1:2", "+FLAGS", r"(\Answered $Etikett)"))
ok(server.store("2", "-FLAGS", r"\Flagged"))
ok(server.uid("STORE", first, "FLAGS.SILENT", r"(\Draft)"))
assert flags(server.fetch("2", "(FLAGS)")) == {b"\\Answered", b"$Forwarded", b"$Etikett"}
ok(server.copy("1,3", "Ziel"))
ok(server.uid("MOVE", "2", "Ziel"))
assert server.response("EXPUNGE")[1] == [b"2"]
assert uids(ok(server.uid("SEARCH", None, "ALL"))) == ["1", "3"]
ok(server.store("1", "+FLAGS", r"\Deleted"))
assert ok(server.expunge()) == [b"1"]
ok(server.close())
assert ok(server.select("Ziel", readonly=True)) == [b"3"]
assert server.is_readonly
found = [server.uid("FETCH", uid, "(FLAGS BODY.PEEK[HEADER.FIELDS (X-Letter)])")[1][0] for uid in "123"]
assert [line[1].split()[1] for line in found] == [b"first", b"third", b"second"], found
assert b"\\Draft" in found[0][0] and b"$Etikett" in found[2][0], found
assert server.store("1", "+FLAGS", r"\Deleted")[0] == "NO"
ok(server.unselect())

# QUOTA, ACL.
assert server.getquotaroot("INBOX")[0] == "OK"
assert server.getquota('"no such root"')[0] == "NO"
assert user.encode() in ok(server.getacl("Ziel"))[0]
assert set(b"lrswipkxtea") <= set(ok(server.myrights("Ziel"))[0].split()[-1])
ok(server.setacl("Ziel", "bob@example.test", "lr"))
assert b"bob@example.test lr" in ok(server.getacl("Ziel"))[0]
ok(server.deleteacl("Ziel", "bob@example.test"))

# UTF-8 instead of modified UTF-7.
ok(server.enable("UTF8=ACCEPT"))
ok(server.create('"Ärger"'))
assert any("Ärger".encode() in line for line in ok(server.list()))
ok(server.select('"Ärger"'))
server.literal = "ä".encode()
assert uids(ok(server.uid("SEARCH", "SUBJECT"))) == []
ok(server.unselect())
for mailbox in ('"Ärger"', "Werk", "Ziel"):
    ok(server.delete(mailbox))
assert server.select("Ziel")[0] == "NO"
server.logout()
