"""Writes arc-draft-validation-tests.json from arc-draft-validation-tests.yml (needs PyYAML): python3 to-json.py

Octets beyond ASCII stay one character each; line ends become CRLF where the tests are run.
"""

import json
import pathlib

import yaml

here = pathlib.Path(__file__).parent

sections = [
    {
        "description": section["description"],
        "tests": [
            {"name": name, "message": test["message"], "result": test["cv"]} for name, test in section["tests"].items()
        ],
        "records": section["txt-records"],
    }
    for section in yaml.safe_load_all((here / "arc-draft-validation-tests.yml").read_text(encoding="utf-8"))
]

text = json.dumps(sections, indent=1, ensure_ascii=True)
(here / "arc-draft-validation-tests.json").write_text(text + "\n", encoding="utf-8")
