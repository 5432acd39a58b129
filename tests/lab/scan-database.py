#!/usr/bin/env python3
"""Fails when a copy of a database holds something usable: scan-database.py TOKENS DATABASE

TOKENS has one known token a line, ours and the provider's; none of them, and no half of one, may be in the file's bytes.
"""

import os
import re
import sys
from pathlib import Path

ENOUGH = 20


def main(tokens_path, database):
    tokens = sorted(set(Path(tokens_path).read_text().split()))
    content = Path(database).read_bytes()
    if len(tokens) < int(os.environ.get("LAB_MIN_TOKENS", "1")):
        raise SystemExit(f"scan-database: only {len(tokens)} tokens are known")
    bad = 0
    for number, token in enumerate(tokens, 1):
        parts = {token, token[-ENOUGH:], *(part for part in token.split(".")[1:] if len(part) > ENOUGH)}
        if any(part.encode() in content for part in parts):
            print(f"scan-database: {database} holds known token {number}")
            bad += 1
    if re.search(rb"gh[opru]_[A-Za-z0-9_-]{10,}", content):
        print(f"scan-database: {database} holds a token of GitHub")
        bad += 1
    print(f"scan-database: {database}: {len(content)} bytes, {len(tokens)} tokens, {bad} found")
    raise SystemExit(1 if bad else 0)


main(*sys.argv[1:])
