"""Takes mail away by poplib for a while, over connections that may break and servers that may fail at any moment.

pop3_drain.py PORT USER PASSWORD SECONDS FOLDER
Each message is read once, into a file named by its unique id, and deleted, but every fourth letter, which is left. Ends with
a session that got through. A message must keep its unique id, no letter may have two of them, and what was deleted by a
QUIT that was answered must not show again.
"""
import os
import poplib
import re
import sys
import time

port, user, password, seconds, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5]
end = time.monotonic() + seconds
patience = end + 75  # a lock that was not released ends after a minute
os.makedirs(folder)
poplib._MAXLINE = 1 << 20
letters, gone, through = {}, set(), False


def read(server, number, unique):
    octets = b"".join(line + b"\r\n" for line in server.retr(number)[1])
    letter = re.search(rb"^X-Letter: (\d+)", octets, re.MULTILINE).group(1).decode()
    assert letter not in letters.values(), f"letter {letter} is shown twice"
    letters[unique] = letter
    with open(os.path.join(folder, unique), "wb") as file:
        file.write(octets)


while time.monotonic() < end or not through:
    through = False
    assert time.monotonic() < patience, "no session got through"
    server = None
    try:
        server = poplib.POP3("127.0.0.1", port, timeout=60)
        server.user(user)
        server.pass_(password)
        deleting = set()
        for line in server.uidl()[1]:
            number, unique = line.decode().split()
            assert unique not in gone, f"{unique} has come back"
            if unique not in letters:
                read(server, int(number), unique)
            if int(letters[unique]) % 4:
                server.dele(int(number))
                deleting.add(unique)
        server.quit()
        gone |= deleting
        through = True
    except (poplib.error_proto, OSError):
        if server is not None:
            server.close()
    time.sleep(0.05)
print(len(letters), "read,", len(gone), "deleted")
