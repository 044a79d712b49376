"""Describes the messages on standard input as Python's email package reads them, one line of JSON for each.

The first line is Python's version: 311 for 3.11.

Each message comes as its length in four octets, big-endian, and its octets. A description is a flat object for each of
the two policies, compat32 and default; MessageDescription.cs makes the same of our index.
"""
import email
import email.header
import email.policy
import email.utils
import json
import struct
import sys


def text_of(value):
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decoded(value):
    try:
        return text_of(email.header.make_header(email.header.decode_header(value)))
    except Exception as fault:
        return "fault: " + type(fault).__name__


def old_text(message, name):
    value = message.get(name)
    return None if value is None else decoded(value)


def old_date(message):
    try:
        return email.utils.parsedate_to_datetime(message["date"]).strftime("%Y-%m-%d %H:%M:%S %z")
    except Exception:
        return None


def new_date(message):
    field = message["date"]
    date = None if field is None else field.datetime
    return None if date is None else date.strftime("%Y-%m-%d %H:%M:%S %z")


def old_addresses(message, name):
    values = [str(value) for value in message.get_all(name, [])]
    try:
        pairs = email.utils.getaddresses(values, strict=False)
    except TypeError:  # versions before the parameter are not strict
        pairs = email.utils.getaddresses(values)
    return ["%s <%s>" % (decoded(name), spec) for name, spec in pairs if spec]


def new_addresses(message, name):
    found = []
    for field in message.get_all(name, []):
        found += ["%s <%s>" % (text_of(a.display_name), text_of(a.addr_spec)) for a in field.addresses]
    return found


def tree(part):
    kind = part.get_content_type()
    if not part.is_multipart():
        return kind
    return "%s(%s)" % (kind, ",".join(tree(child) for child in part.get_payload()))


def leaves(part):
    if part.is_multipart():
        for child in part.get_payload():
            yield from leaves(child)
    else:
        yield part


def item(read):
    try:
        return read()
    except Exception as fault:
        return "fault: " + type(fault).__name__


def subject(message, new):
    return text_of(message["subject"]) if new and message["subject"] is not None else old_text(message, "subject")


def file_name(part):
    name = part.get_filename()
    return None if name is None else text_of(name)


def describe(octets, policy, new):
    message = email.message_from_bytes(octets, policy=policy)
    addresses = new_addresses if new else old_addresses
    items = {
        "subject": item(lambda: subject(message, new)),
        "from": item(lambda: addresses(message, "from")),
        "to": item(lambda: addresses(message, "to")),
        "date": item(lambda: new_date(message) if new else old_date(message)),
        "tree": tree(message),
    }
    for number, part in enumerate(leaves(message)):
        payload = part.get_payload(decode=True) or b""
        items["body %d" % number] = payload.decode("latin-1")
        items["name %d" % number] = item(lambda: file_name(part))
        if new and part.get_content_maintype() == "text":
            items["text %d" % number] = item(lambda: text_of(part.get_content()))
    return items


def main():
    sys.stdout.write("%d%02d\n" % sys.version_info[:2])
    sys.stdout.flush()
    while True:
        length = sys.stdin.buffer.read(4)
        if len(length) < 4:
            break
        octets = sys.stdin.buffer.read(struct.unpack(">I", length)[0])
        both = {
            "compat32": describe(octets, email.policy.compat32, False),
            "default": describe(octets, email.policy.default, True),
        }
        sys.stdout.write(json.dumps(both) + "\n")


main()
