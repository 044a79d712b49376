"""Asks libopendmarc what to do with messages: prints a line for each case.

dmarc_check.py SUFFIXES ZONE CASES

SUFFIXES is a public suffix list, ZONE has lines `name text`, CASES lines
`author spf-domain spf-result dkim-domain dkim-result`, results 1 for a pass and 2 for a failure, domains `-` for none.
"""
import ctypes
import sys

POLICIES = {14: "absent", 15: "pass", 16: "reject", 17: "quarantine", 18: "none"}

lib = ctypes.CDLL("libopendmarc.so.2")
lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p
if lib.opendmarc_tld_read_file(sys.argv[1].encode(), b"//", b"*.", b"!") != 0:
    sys.exit("no suffixes")
for line in open(sys.argv[2]):
    name, text = line.rstrip("\n").split(" ", 1)
    lib.opendmarc_dns_fake_record(name.encode(), text.encode())

for case in open(sys.argv[3]):
    author, spf, spf_result, dkim, dkim_result = case.split()
    context = ctypes.c_void_p(lib.opendmarc_policy_connect_init(b"192.0.2.1", 0))
    lib.opendmarc_policy_store_from_domain(context, author.encode())
    if spf != "-":
        lib.opendmarc_policy_store_spf(context, spf.encode(), int(spf_result), 1, None)
    if dkim != "-":
        lib.opendmarc_policy_store_dkim(context, dkim.encode(), b"s", int(dkim_result), None)
    lib.opendmarc_policy_query_dmarc(context, author.encode())
    told = lib.opendmarc_get_policy_to_enforce(context)
    print(POLICIES.get(told, told))
    lib.opendmarc_policy_connect_shutdown(context)
