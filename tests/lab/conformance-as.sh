#!/usr/bin/env bash
# The conformance suite's `authorization` mode against our authorization server: conformance-as.sh ISSUER RESOURCE
# Both scenarios: the metadata, and a code grant with person.py at the pages. No check may fail or
# warn.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
[ $# = 2 ] || { sed -n 2,4p "$0"; exit 2; }
issuer=$1 resource=$2
lab_needs node conformance
lab_run_dir; lab_trap

read -r port < <(lab_free_ports 1)
registration=$(curl -sS "$issuer/.well-known/oauth-authorization-server" | python3 -c 'import json, sys; print(json.load(sys.stdin)["registration_endpoint"])')
client=$(curl -sS --fail-with-body "$registration" -H 'Content-Type: application/json' -d '{"client_name":"conformance suite",
  "redirect_uris":["http://127.0.0.1:'"$port"'/callback"],"token_endpoint_auth_method":"none"}' |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["client_id"])')

results=$LAB_RUN/conformance-as log=$LAB_RUN/conformance-as.log
mkdir -p "$results"
printf '{"url":"%s","clientId":"%s","port":%s,"resource":"%s"}' "$issuer" "$client" "$port" "$resource" >"$results/settings.json"
suite=$LAB/conformance/node_modules/@modelcontextprotocol/conformance/dist/index.js
timeout 120 node "$suite" authorization --file "$results/settings.json" --port "$port" -o "$results" >"$log" 2>&1 </dev/null &
running=$! url=''
for _ in $(seq 100); do
  url=$(grep -m1 -oE '^http.*response_type=code.*' "$log") && break
  kill -0 "$running" 2>/dev/null || break
  sleep 0.1
done
[ -z "$url" ] || "$LAB_SCRIPTS/person.py" "$url" >&2
status=0; wait "$running" || status=$?
python3 - "$results" "$status" <<'PY'
import collections, json, sys
from pathlib import Path
counts, complaints, ran = collections.Counter(), [], set()
for path in Path(sys.argv[1]).glob("**/checks.json"):
    ran.add(path.parent.name)
    for check in json.loads(path.read_text()):
        counts[check["status"]] += 1
        if check["status"] in ("FAILURE", "WARNING", "SKIPPED"):
            complaints.append(f"{check['status']} {check['id']}: {check.get('errorMessage') or check['description']}")
if len(ran) < 2: complaints.append(f"only {sorted(ran)} ran")
if sys.argv[2] != "0": complaints.append(f"the suite itself ended with {sys.argv[2]}")
print(f"conformance of the authorization server: {dict(counts)} in {len(ran)} scenarios")
for complaint in complaints: print(f"  {complaint}")
sys.exit(1 if complaints else 0)
PY
