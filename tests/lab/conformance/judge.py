#!/usr/bin/env python3
"""Judges one run of the conformance suite: judge.py EXPECTED.tsv RESULTS_FOLDER EXIT_STATUS

EXPECTED.tsv lists each scenario with the number of checks that pass and whether it is scored.
The suite's own exit status must be 0 too; it only knows of the scored scenarios that ran.
"""

import collections
import json
import os
import re
import sys
from pathlib import Path

SCORED_ONLY = bool(os.environ.get("SCORED_ONLY"))
# Skipped by the suite itself on every server: nothing can be done about it here.
SUITE_SKIPS = {"tasks-status-notifications"}


def expected(path):
    lines = (line for line in Path(path).read_text().splitlines() if line and not line.startswith("#"))
    rows = (line.split("\t") for line in lines)
    return {name: int(passed) for name, passed, kind in rows if kind == "scored" or not SCORED_ONLY}


def results(folder):
    """Scenario -> (counts by status, the checks)."""
    found = {}
    for path in Path(folder).glob("*/checks.json"):
        # server-<scenario>-<time>
        name = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", path.parent.name)[1]
        checks = json.loads(path.read_text())
        found[name] = (collections.Counter(check["status"] for check in checks), checks)
    return found


def main():
    wanted, got, status = expected(sys.argv[1]), results(sys.argv[2]), int(sys.argv[3])
    complaints = []
    for name, floor in wanted.items():
        if name not in got:
            complaints.append(f"{name}: did not run")
            continue
        counts, checks = got[name]
        if counts["SUCCESS"] < floor:
            complaints.append(f"{name}: {counts['SUCCESS']} checks passed, {floor} expected")
        for check in checks:
            bad = check["status"] in ("FAILURE", "WARNING") or (check["status"] == "SKIPPED" and name not in SUITE_SKIPS)
            if bad:
                why = check.get("errorMessage") or check["description"]
                complaints.append(f"{name}: {check['status']} {check['id']}: {why}")
    if status != 0:
        complaints.append(f"the suite itself ended with {status}")
    passed = sum(got[name][0]["SUCCESS"] for name in wanted if name in got)
    print(f"{Path(sys.argv[1]).stem}: {passed} checks passed in {len(wanted)} scenarios, floor {sum(wanted.values())}")
    for complaint in complaints:
        print(f"  {complaint}")
    raise SystemExit(1 if complaints else 0)


if __name__ == "__main__":
    main()
