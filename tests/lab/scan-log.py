#!/usr/bin/env python3
"""Fails when a token appears in a server's log: scan-log.py TOKENS LOG…

TOKENS has one known token a line; of each, the whole, and of a JWT the payload and the signature alone, are looked for.
Anything else in the log that looks like a JWT, or follows the word Bearer, counts too: not every client tells its token.
A log without trace lines proves nothing and fails as well; LAB_MIN_TOKENS (1) tokens must be known.
"""

import base64
import os
import re
import sys
from pathlib import Path

# A JWT's first part is base64url of '{"': "eyJ". The header alone is enough to be a leak.
JWT_LIKE = re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")
# What GitHub gives out says so itself.
GITHUB_LIKE = re.compile(r"\bgh[opru]_[A-Za-z0-9_-]{10,}")
BEARER_LIKE = re.compile(r"bearer\s+([A-Za-z0-9._~+/-]{20,}=*)", re.I)
ENOUGH = 20  # characters of a part that identify it


def needles(token):
    """What to look for: (what it is, the text)."""
    found = [("token", token)]
    parts = token.split(".")
    if len(parts) == 3 and token.startswith("eyJ"):
        _, payload, signature = parts
        # Whole, because a part of one payload is in many others.
        found.append(("payload", payload))
        found.append(("signature", signature[:ENOUGH]))
        found.append(("signature", signature[-ENOUGH:]))
        # A debug print of the raw signature bytes: [12, 34, …
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        found.append(("signature bytes", ", ".join(str(byte) for byte in raw[:8])))
    elif len(token) > 2 * ENOUGH:
        found.append(("half a token", token[ENOUGH:]))
    return found


def leaks(log, tokens):
    lines = log.split("\n")
    searched = [(number, what, text) for number, token in enumerate(tokens, 1) for what, text in needles(token)]
    for place, line in enumerate(lines, 1):
        for number, what, text in searched:
            if text in line:
                yield place, f"{what} of known token {number}"
        if JWT_LIKE.search(line):
            yield place, "something like a JWT"
        if GITHUB_LIKE.search(line):
            yield place, "a token of GitHub"
        if BEARER_LIKE.search(line):
            yield place, "something after the word Bearer"


def main(tokens_path, *log_paths):
    tokens = sorted(set(Path(tokens_path).read_text().split()))
    # A tool that keeps its tokens to itself: what looks like one is still looked for.
    control = tokens[0] if tokens else "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
    if len(tokens) < int(os.environ.get("LAB_MIN_TOKENS", "1")):
        raise SystemExit(f"scan-log: only {len(tokens)} tokens in {tokens_path}")
    bad = 0
    for path in log_paths:
        log = Path(path).read_text(encoding="utf-8", errors="replace")
        # The scan itself works: with a token put into the log, it is found.
        assert any(leaks(f"x={control}", tokens)), "the scan finds nothing at all"
        if not re.search(r"\bTRACE\b", log):
            raise SystemExit(f"scan-log: {path} is not a trace log ({len(log)} bytes)")
        found = list(leaks(log, tokens))
        # The line itself stays out of the report: it holds a secret.
        for place, what in found[:20]:
            print(f"{path}:{place}: {what}")
        bad += len(found)
        print(f"scan-log: {Path(path).name}: {log.count(chr(10))} lines, {len(tokens)} known tokens, {len(found)} leaks")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
