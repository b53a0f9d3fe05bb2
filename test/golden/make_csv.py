"""Writes csv.json: random texts and the rows that Python's csv module reads from them, null where it refuses.

    python3 make_csv.py

`strict` refuses what RFC 4180 does not allow in quoted cells; blank lines are empty rows.
"""

import csv
import io
import json
import pathlib
import random

PIECES = ["a", "b", "1", '"', '""', ",", "\n", "\r\n", " ", "x", '"q"', ',"']

random.seed(5)
cases = []
for _ in range(600):
    text = "".join(random.choice(PIECES) for _ in range(random.randint(1, 25)))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        rows = None
    cases.append([text, rows])

lines = ",\n".join(json.dumps(case) for case in cases)
pathlib.Path(__file__).with_name("csv.json").write_text(f"[\n{lines}\n]\n")
