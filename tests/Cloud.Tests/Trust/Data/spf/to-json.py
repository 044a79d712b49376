"""Writes rfc7208-tests.json from rfc7208-tests.yml (needs PyYAML): python3 to-json.py

Every test stands by itself, with its section's zone; octets beyond ASCII stay one character each.
"""

import json
import pathlib

import yaml

here = pathlib.Path(__file__).parent


def record(entry):
    """A type and its data; a bare word is a fault of all look-ups (TIMEOUT)."""
    if isinstance(entry, str):
        return {"type": entry, "data": []}
    ((kind, data),) = entry.items()
    data = data if isinstance(data, list) else [data]
    return {"type": kind, "data": [str(item) for item in data]}


def listed(value):
    return value if isinstance(value, list) else [value]


sections = []
for section in yaml.safe_load_all((here / "rfc7208-tests.yml").read_text(encoding="utf-8")):
    sections.append(
        {
            "description": section["description"],
            "tests": [
                {
                    "name": name,
                    "helo": str(test["helo"]),
                    "host": test["host"],
                    "mailfrom": str(test["mailfrom"]),
                    "results": listed(test["result"]),
                    "explanation": test.get("explanation"),
                }
                for name, test in section["tests"].items()
            ],
            "zone": {name: [record(entry) for entry in entries] for name, entries in section["zonedata"].items()},
        }
    )

text = json.dumps(sections, indent=1, ensure_ascii=True)
(here / "rfc7208-tests.json").write_text(text + "\n", encoding="utf-8")
