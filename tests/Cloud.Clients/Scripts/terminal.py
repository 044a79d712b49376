"""Runs a program on a terminal of its own and types for it.

terminal.py [TEXT KEYS]… -- PROGRAM [ARGUMENT]…
Once TEXT has been shown, KEYS are typed; then the next. KEYS may have the escapes of Python. Ends as the program does.
"""
import fcntl
import os
import pty
import struct
import sys
import termios

split = sys.argv.index("--")
pairs = [text.encode() for text in sys.argv[1:split]]
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])
shown = b""
while True:
    while pairs and pairs[0] in shown:
        shown = shown[shown.index(pairs[0]) + len(pairs[0]) :]
        os.write(terminal, pairs[1].decode("unicode_escape").encode("latin-1"))
        del pairs[:2]
    try:
        shown += os.read(terminal, 65536)
    except OSError:  # It has closed the terminal.
        break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
