"""Judges what a command-line client printed: judge_json.py EXPECTED < tool-result.json

Takes the tool result, the JSON-RPC answer around it, or the bare value of a text result.
"""

import json
import sys

expected, text = sys.argv[1], sys.stdin.read()
try:
    value = json.loads(text)
except ValueError:
    value = text.strip()
if isinstance(value, dict):
    value = value.get("result", value)
if isinstance(value, dict) and "content" in value:
    if value.get("isError"):
        raise SystemExit("the tool answered with an error")
    value = "".join(block.get("text", "") for block in value["content"])
answer = value.strip() if isinstance(value, str) else json.dumps(value, separators=(",", ":"), sort_keys=True)
if answer != expected:
    raise SystemExit(f"answered {answer!r}, expected {expected!r}")
