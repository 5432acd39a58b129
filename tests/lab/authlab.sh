#!/usr/bin/env bash
# The scanner mcp-authlab against a protected server: authlab.sh URL      grade A, and no failed check
# Signs a person in once, for a good token and one for another audience, then tries some 30 things.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
[ $# = 1 ] || { sed -n 2,3p "$0"; exit 2; }
lab_needs authlab
lab_run_dir; lab_trap
authlab() { HOME=$LAB_RUN/authlab BROWSER="$LAB_SCRIPTS/person.py %s &" timeout 120 "$LAB/authlab/bin/mcp-authlab" "$@" --no-color </dev/null; }
mkdir -p "$LAB_RUN/authlab"
# FOREIGN_RESOURCE: another resource of the same issuer; where it is not set, the issuer's own URL is tried.
authlab login "$1" ${FOREIGN_RESOURCE:+--foreign-resource "$FOREIGN_RESOURCE"} >"$LAB_RUN/authlab-login.log" 2>&1 || { cat "$LAB_RUN/authlab-login.log" >&2; die "the sign-in failed"; }
authlab scan "$1" --format json >"$LAB_RUN/authlab.json" || true
python3 - "$LAB_RUN/authlab.json" <<'PY'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
counts, coverage, grade = report["counts"], report["coverage"], report["grade"]
# Plain http on loopback is the one warning that is our own doing.
warnings = set(report["warnings"]) - {"TLS-01"}
complaints = [f"{r['id']} {r['status']}: {r['title']}: {r['message']}" for r in report["results"]
              if r["status"] in ("fail", "error") or r["id"] in warnings or (r["status"] == "skip" and r["applicable"])]
if not grade.startswith("A"): complaints.append(f"grade {grade}")
if coverage["ran"] != coverage["applicable"] or coverage["ran"] < 33: complaints.append(coverage["line"])
print(f"authlab: grade {grade}, {counts['pass']} passed, {counts['fail']} failed, {counts['warn']} warned, {coverage['line']}")
for complaint in complaints: print(f"  {complaint}")
sys.exit(1 if complaints else 0)
PY
