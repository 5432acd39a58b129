#!/usr/bin/env bash
# The official conformance suite against a server that asks for a token: conformance.sh URL TOKEN_FILE
# Both requirement sets (REVISIONS="2025-11-25 2026-07-28"), through bearer-proxy.mjs, because the suite cannot send a token.
# Passes when every scenario of conformance/REVISION.tsv ran, with no failed check, none skipped, and at least as many passed
# ones as listed. Counting matters: a third to a half of the checks "pass" on a server that answers everything with 401.
# SCORED_ONLY=1 leaves the scenarios alone that do not count towards conformance (extensions and pending ones).
set -euo pipefail
. "$(dirname "$0")/lab.sh"
[ $# = 2 ] || { sed -n 2,6p "$0"; exit 2; }
url=$1 token_file=$2
lab_needs node conformance
lab_run_dir; lab_trap

origin=$(python3 -c 'import sys, urllib.parse as u; p = u.urlsplit(sys.argv[1]); print(f"{p.scheme}://{p.netloc}")' "$url")
path=${url#"$origin"}

# The server really asks for a token, and the proxy really is what lets the suite in.
status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 -X POST "$url" -H 'Content-Type: application/json' \
  -H 'Accept: application/json, text/event-stream' -d '{"jsonrpc":"2.0","id":1,"method":"ping"}')
[ "$status" = 401 ] || die "$url answers $status without a token: it is not protected"

lab_start bearer-proxy node "$LAB_SCRIPTS/bearer-proxy.mjs" "$origin" "$token_file"
for _ in $(seq 50); do [ -s "$LAB_RUN/bearer-proxy.log" ] && break; sleep 0.1; done
port=$(head -n 1 "$LAB_RUN/bearer-proxy.log"); [ -n "$port" ] || die "the bearer proxy did not start"

suite=$LAB/conformance/node_modules/@modelcontextprotocol/conformance/dist/index.js
failed=0
for revision in ${REVISIONS:-2025-11-25 2026-07-28}; do
  begun=$(lab_now) results=$LAB_RUN/conformance-$revision
  status=0
  timeout 300 node "$suite" server --url "http://127.0.0.1:$port$path" --requirements "$revision" -o "$results" \
    >"$results.log" 2>&1 </dev/null || status=$?
  if python3 "$LAB_SCRIPTS/conformance/judge.py" "$LAB_SCRIPTS/conformance/$revision.tsv" "$results" "$status"; then
    say "conformance $revision: $(lab_since "$begun") s"
  else
    failed=1
  fi
done
exit "$failed"
