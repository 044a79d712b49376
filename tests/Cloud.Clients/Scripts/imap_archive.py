"""Archives INBOX by imaplib for a while, over connections that may break and servers that may fail at any moment.

imap_archive.py PORT USER PASSWORD SECONDS
Each letter is copied to Archive; then every other one is expunged, or else flagged. Prints TRIED NAME before a copy,
and COPIED, EXPUNGED or FLAGGED NAME once the server has said OK. What is expunged must not show again.
"""
import imaplib
import re
import sys
import time

port, user, password, seconds = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
end = time.monotonic() + seconds
expunged = set()


class Refused(Exception):
    pass


def ok(answer):
    if answer[0] != "OK":
        raise Refused(answer)
    return answer[1]


def archive(server, uid):
    header = ok(server.uid("FETCH", uid, "(BODY.PEEK[HEADER.FIELDS (X-Letter)])"))
    name = re.search(rb"X-Letter: (\d+)", header[0][1]).group(1).decode()
    print("TRIED", name)
    ok(server.uid("COPY", uid, "Archive"))
    print("COPIED", name)
    if int(name) % 2 == 0:
        ok(server.uid("STORE", uid, "+FLAGS", r"(\Deleted)"))
        ok(server.uid("EXPUNGE", uid))
        expunged.add(uid)
        print("EXPUNGED", name)
    else:
        ok(server.uid("STORE", uid, "+FLAGS", r"(\Flagged)"))
        print("FLAGGED", name)


while time.monotonic() < end:
    try:
        with imaplib.IMAP4("127.0.0.1", port, timeout=60) as server:
            server.login(user, password)
            ok(server.select("INBOX"))
            while time.monotonic() < end:
                uids = [uid.decode() for uid in ok(server.uid("SEARCH", None, "UNFLAGGED"))[0].split()]
                assert not expunged.intersection(uids), expunged.intersection(uids)
                if uids:
                    archive(server, uids[0])
                else:
                    time.sleep(0.05)
                    ok(server.noop())
    except (imaplib.IMAP4.error, OSError, Refused):
        time.sleep(0.05)
