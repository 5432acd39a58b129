#!/usr/bin/env bash
# Real MCP clients against one protected server: run-clients.sh URL [NAME…]      (NAME: a client, or the start of its name)
# Each discovers the authorization server, registers, signs a person in, calls LAB_TOOL with LAB_ARGS (JSON) and must get
# LAB_EXPECT as text: add_numbers {"a":17,"b":25} and 42 by default. One line per client; fails if any of them does.
# PERSON_NAME and PERSON_PASSWORD sign in; LAB_TOKENS names a file that collects tokens for scan-log.py. LAB_SIGN_INS is how
# often the person has to have signed in by then, as with a step-up: twice. LAB_REFUSED: a text that the client has to end with
# instead, in time, without an answer.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
[ $# -ge 1 ] || { sed -n 2,7p "$0"; exit 2; }
url=$1; shift
lab_needs node clients inspector python
lab_run_dir; lab_trap; lab_person

python=$LAB/python/bin/python clients=$LAB_SCRIPTS/clients
export PYTHONDONTWRITEBYTECODE=1
# Python's webbrowser waits for a command without "&", and FastMCP listens for the callback only after it.
fastmcp() { BROWSER="$LAB_SCRIPTS/person.py %s &" FASTMCP_HOME=$LAB_RUN/fastmcp "$python" "$clients/fastmcp_client.py" "$@"; }

# name, then the command; the URL comes first among the arguments of every driver
CLIENTS=(
  "python-sdk-auto|$python $clients/python_sdk.py URL auto"
  "python-sdk-legacy|$python $clients/python_sdk.py URL legacy"
  "fastmcp-auto|fastmcp URL auto"
  "fastmcp-legacy|fastmcp URL legacy"
  "typescript-v1|lab_node clients $clients/typescript.mjs URL v1"
  "typescript-v2-auto|lab_node clients $clients/typescript.mjs URL v2 auto"
  "typescript-v2-legacy|lab_node clients $clients/typescript.mjs URL v2 legacy"
  "inspector-legacy|$clients/inspector.sh URL legacy"
  "inspector-modern|$clients/inspector.sh URL modern"
  "mcp-remote-legacy|$python $clients/mcp_remote.py URL legacy"
  "mcp-remote-auto|$python $clients/mcp_remote.py URL auto"
  "mcporter|$clients/mcporter.sh URL"
  "rmcp-legacy|$LAB_TARGET/lab-rmcp-client URL legacy"
  "rmcp-modern|$LAB_TARGET/lab-rmcp-client URL modern"
)

chosen() {
  local name=$1 want; shift
  [ $# -gt 0 ] || return 0
  for want in "$@"; do [[ $name == "$want"* ]] && return 0; done
  return 1
}

# One try, at most LIMIT seconds; afterwards nothing of it is left, helpers and all.
LIMIT=${LAB_CLIENT_LIMIT:-60}
run_client() {
  local log=$1 pid status=0; shift
  export LAB_CLIENT=$name
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  for _ in $(seq $((LIMIT * 10))); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then
    kill -KILL "$pid"; echo "no end within $LIMIT s" >>"$log"
  fi
  wait "$pid" 2>/dev/null || status=$?
  lab_reap "LAB_RUN=$LAB_RUN" "LAB_CLIENT=$name"
  return "$status"
}

# Whether the person signed in as often as LAB_SIGN_INS says; without it, it does not matter.
signed_in() {
  local times
  [ -n "${LAB_SIGN_INS:-}" ] || return 0
  times=$(grep -c '^ended at .* with 200$' "$1" || true)
  [ "$times" = "$LAB_SIGN_INS" ] || { say "the person signed in ${times:-0} times, not $LAB_SIGN_INS"; return 1; }
}

# Whether it gave up with LAB_REFUSED, and of itself.
refused() {
  local log=$1 status=$2
  [ "$status" != 0 ] || { echo "it was not refused" >>"$log"; return 1; }
  ! grep -q '^no end within' "$log" && grep -q -- "$LAB_REFUSED" "$log"
}

passed=0 failed=0
for entry in "${CLIENTS[@]}"; do
  name=${entry%%|*}
  chosen "$name" "$@" || continue
  read -ra command <<<"${entry#*|}"
  for i in "${!command[@]}"; do [ "${command[i]}" != URL ] || command[i]=$url; done
  log=$LAB_RUN/client-$name.log begun=$(lab_now) status=0
  PERSON_LOG=$LAB_RUN/client-$name.person.log run_client "$log" "${command[@]}" || status=$?
  [ -z "${LAB_REFUSED:-}" ] || { refused "$log" "$status" && status=0 || status=1; }
  [ "$status" != 0 ] || signed_in "$LAB_RUN/client-$name.person.log" 2>>"$log" || status=$?
  if [ "$status" = 0 ]; then
    passed=$((passed + 1)); printf '%-22s ok      %5ss\n' "$name" "$(lab_since "$begun")"
  else
    failed=$((failed + 1)); printf '%-22s FAILED  %5ss  status %s\n' "$name" "$(lab_since "$begun")" "$status"
    sed 's/^/    | /' "$log" | tail -n 25
    [ ! -s "$LAB_RUN/client-$name.person.log" ] || tail -n 6 "$LAB_RUN/client-$name.person.log" | sed 's/^/    person: /'
  fi
done
echo "clients: $passed ok, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
