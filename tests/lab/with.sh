#!/usr/bin/env bash
# Brings up an issuer and an example server for the length of one command: with.sh oidc-provider|introspection|keycloak|quickstart|github|environment|
# sign-in-oidc-provider|sign-in-keycloak|conformance COMMAND…
#
# COMMAND runs with MCP_URL, ISSUER (not for conformance), LAB_TOKENS, SERVER_LOG and TOKEN_FILE (conformance) set; the
# words URL, ISSUER and TOKEN_FILE among its arguments are replaced. Then everything is stopped, and the server's log, written at
# trace level, is searched for tokens. COMMAND may be a list of quoted commands after -c: with.sh keycloak -c "a b" "c d".
#
#   with.sh oidc-provider run-clients.sh URL               the example of examples/keycloak behind npm oidc-provider
#   with.sh oidc-provider authlab.sh URL
#   with.sh introspection run-clients.sh URL               the same issuer with opaque tokens, about which the server asks it
#   with.sh keycloak run-clients.sh URL python-sdk-auto    … behind a real Keycloak (half a minute to start)
#   with.sh quickstart run-clients.sh URL                  examples/quickstart, which issues its own tokens, on port 3000
#   with.sh github run-clients.sh URL                      examples/github and a fake GitHub on this machine
#   with.sh environment run-clients.sh URL                 examples/notes, with an authorization server by environment alone
#   with.sh sign-in-oidc-provider run-clients.sh URL       the same, and people sign in with oidc-provider
#   with.sh sign-in-keycloak run-clients.sh URL            … with Keycloak
#   with.sh conformance conformance.sh URL TOKEN_FILE      examples/conformance with its development issuer
#
# LAB_SERVER   another server binary, configured by the same variables
# LAB_DOCUMENTS=1   (environment) a host of client ID metadata documents; LAB_DOCUMENT is the id of a client there
# LAB_PATH     the path of the URL, for a binary with several servers: it gets ORIGIN instead of MCP_AUTH_RESOURCE
# SCOPES       "mcp:tools"; several for a step-up, the first is the one for everything
# LAB_CLIENTS=1 environment: with the clients of preregistered.py
# LAB_GITHUB_GRANTS   with github: all that its people grant, whatever they are asked for
# PORT_SERVER, PORT_ISSUER: fixed ports, for a look from outside (any free ones otherwise)
set -euo pipefail
. "$(dirname "$0")/lab.sh"
kind=${1:-}; [ $# -ge 2 ] || { sed -n '2,/^set/p' "$0" | sed '$d'; exit 2; }
shift
lab_run_dir; lab_trap

read -r server_port issuer_port < <(lab_free_ports 2)
server_port=${PORT_SERVER:-$server_port} issuer_port=${PORT_ISSUER:-$issuer_port}
MCP_URL=http://127.0.0.1:$server_port${LAB_PATH:-/mcp}
SERVER_LOG=$LAB_RUN/server.log LAB_TOKENS=$LAB_RUN/tokens TOKEN_FILE=$LAB_RUN/token
SCOPES=${SCOPES:-mcp:tools}
export MCP_URL SERVER_LOG LAB_TOKENS TOKEN_FILE SCOPES
: >"$LAB_TOKENS"
server=() issuer_settings=()
[ "$kind" != introspection ] || MCP_URL=http://127.0.0.1:$server_port/opaque/mcp
resource=(MCP_AUTH_RESOURCE="$MCP_URL")
[ -z "${LAB_PATH:-}" ] || resource=(ORIGIN="http://127.0.0.1:$server_port")

oidc_provider() {
  lab_needs node issuer
  export ISSUER=http://127.0.0.1:$issuer_port PERSON_NAME=alice PERSON_PASSWORD=anything
  PORT=$issuer_port RESOURCES=$MCP_URL LAB_NODE_PACKAGES=$LAB/issuer \
    lab_start issuer node --import "$LAB_SCRIPTS/packages/resolve.mjs" "$LAB_SCRIPTS/issuers/oidc-provider.mjs"
  lab_wait_http "$ISSUER/.well-known/openid-configuration" 30 "$LAB_PID" issuer
}

keycloak() {
  local base=http://127.0.0.1:$issuer_port words
  lab_needs keycloak
  lab_start issuer "$LAB_SCRIPTS/issuers/keycloak.sh" "$issuer_port"
  lab_wait_http "$base/realms/master" 240 "$LAB_PID" issuer
  read -ra words <<<"$SCOPES"
  ISSUER=$(python3 "$LAB_SCRIPTS/issuers/keycloak-realm.py" "$base" mcp "$MCP_URL" "${words[@]}")
  export ISSUER PERSON_NAME=alice PERSON_PASSWORD=alice
  # Keycloak's access tokens say "JWT" in the header, not "at+jwt".
  issuer_settings=(MCP_AUTH_TOKEN_TYPE=any)
}

# With LAB_DOCUMENTS=1: a host of client ID metadata documents on this machine, which the server may reach. LAB_DOCUMENT is
# the id of a client there.
documents() {
  local port
  [ -n "${LAB_DOCUMENTS:-}" ] || return 0
  lab_needs python
  read -r port < <(lab_free_ports 1)
  lab_start documents "$LAB/python/bin/python" "$LAB_SCRIPTS/documents.py" "$port" "$LAB_RUN"
  for _ in $(seq 100); do [ -s "$LAB_RUN/documents-ca.pem" ] && break; sleep 0.1; done
  [ -s "$LAB_RUN/documents-ca.pem" ] || die "the host of documents did not start"
  export LAB_DOCUMENT=https://localhost:$port/app.json
  issuer_settings+=(
    MCP_AUTH_CLIENT_DOCUMENTS_LOOPBACK="https://localhost:$port" MCP_AUTH_CLIENT_DOCUMENTS_ROOT="$LAB_RUN/documents-ca.pem"
  )
}

# A GitHub on this machine; it says itself what has to be exported.
github() {
  # shellcheck disable=SC2086 # several scopes are several words
  lab_start github "$LAB_TARGET/examples/fake-github" ${LAB_GITHUB_GRANTS:-}
  for _ in $(seq 50); do grep -q '^# people' "$LAB_RUN/github.log" && break; sleep 0.1; done
  mapfile -t issuer_settings < <(sed -n 's/^export //p' "$LAB_RUN/github.log")
  [ "${#issuer_settings[@]}" = 3 ] || die "the fake GitHub did not start"
  # For those who act as a person there.
  GITHUB_URL=$(sed -n 's/^export MCP_GITHUB_BASE_URL=//p' "$LAB_RUN/github.log"); export GITHUB_URL
}

# The example's own address: it is part of what its README says.
github_example() {
  github
  server_port=3000 MCP_URL=http://localhost:3000/mcp ISSUER=http://localhost:3000
  export ISSUER MCP_URL PERSON_NAME=octocat
  issuer_settings+=(MCP_GITHUB_SEALING_KEY="$(python3 -c "import secrets; print(secrets.token_hex(32))")")
}

# An example that knows nothing of it: the authorization server comes from the environment alone.
environment() {
  github
  ISSUER=http://127.0.0.1:$server_port
  export ISSUER PERSON_NAME=octocat
  issuer_settings+=(
    MCP_AUTH_AUTHORIZATION_SERVER="$ISSUER" MCP_AUTH_SIGN_IN=github,development MCP_AUTH_STORE="$LAB_RUN/notes.db"
    MCP_AUTH_SEALING_KEY="lab:$(python3 -c "import secrets; print(secrets.token_hex(32))")" "${resource[@]}"
    MCP_AUTH_LISTEN="127.0.0.1:$server_port" MCP_AUTH_ACCESS_TOKEN_SECONDS="${TOKEN_TTL:-3600}"
  )
  documents
  [ -n "${LAB_CLIENTS:-}" ] || return 0
  lab_needs python
  "$LAB/python/bin/python" "$LAB_SCRIPTS/preregistered.py" "$LAB_RUN"
  { cat "$LAB_RUN/secret"; echo; } >>"$LAB_TOKENS"
  issuer_settings+=(MCP_AUTH_CLIENTS_FILE="$LAB_RUN/clients.json")
}

# An issuer of OpenID Connect is where people sign in, and nothing more: the tokens are ours.
sign_in() {
  local own=http://127.0.0.1:$server_port
  export SIGN_IN_CALLBACK=$own/corp/callback
  "$1"
  issuer_settings=(
    MCP_CORP_ISSUER="$ISSUER" MCP_CORP_CLIENT_ID=mcp-auth MCP_CORP_CLIENT_SECRET=mcp-auth-secret MCP_CORP_NAME="The lab"
    MCP_AUTH_AUTHORIZATION_SERVER="$own" MCP_AUTH_SIGN_IN=corp MCP_AUTH_STORE="$LAB_RUN/notes.db"
    MCP_AUTH_SEALING_KEY="lab:$(python3 -c "import secrets; print(secrets.token_hex(32))")" "${resource[@]}"
    MCP_AUTH_LISTEN="127.0.0.1:$server_port" MCP_AUTH_ACCESS_TOKEN_SECONDS="${TOKEN_TTL:-3600}"
  )
  ISSUER=$own
}

quickstart() {
  # Its port is part of what a newcomer reads.
  server_port=3000 MCP_URL=http://127.0.0.1:3000/mcp
  ISSUER=http://127.0.0.1:3000
  export ISSUER MCP_URL PERSON_NAME=alice
  server+=("$LAB_RUN/quickstart.db")
}

case $kind in
  quickstart) server=("${LAB_SERVER:-$LAB_TARGET/quickstart}"); quickstart ;;
  github) server=("${LAB_SERVER:-$LAB_TARGET/github-example}"); github_example ;;
  environment) server=("${LAB_SERVER:-$LAB_TARGET/notes-example}"); environment ;;
  sign-in-oidc-provider) server=("${LAB_SERVER:-$LAB_TARGET/notes-example}"); sign_in oidc_provider ;;
  sign-in-keycloak) server=("${LAB_SERVER:-$LAB_TARGET/notes-example}"); sign_in keycloak ;;
  oidc-provider) oidc_provider; server=("${LAB_SERVER:-$LAB_TARGET/keycloak-example}") ;;
  introspection)
    oidc_provider; server=("${LAB_SERVER:-$LAB_TARGET/keycloak-example}")
    issuer_settings=(MCP_AUTH_INTROSPECTION_CLIENT_ID=mcp-server MCP_AUTH_INTROSPECTION_CLIENT_SECRET=mcp-server-secret)
    ;;
  keycloak) keycloak; server=("${LAB_SERVER:-$LAB_TARGET/keycloak-example}") ;;
  conformance) server=("${LAB_SERVER:-$LAB_TARGET/conformance-server}") ;;
  *) die "no such surroundings: $kind" ;;
esac
[ -x "${server[0]}" ] || die "${server[0]} is not built"

if [ "$kind" = conformance ]; then
  lab_start server env RUST_LOG=trace NO_COLOR=1 PORT="$server_port" TOKEN_FILE="$TOKEN_FILE" "${server[@]}"
elif [ "$kind" = quickstart ]; then
  lab_start server env RUST_LOG=trace NO_COLOR=1 "${server[@]}"
elif [[ $kind == github || $kind == environment || $kind == sign-in-* ]]; then
  cd "$LAB_RUN" # where it leaves its database
  lab_start server env RUST_LOG=trace NO_COLOR=1 "${issuer_settings[@]}" "${server[@]}"
  cd "$LAB_ROOT"
else
  lab_start server env RUST_LOG=trace NO_COLOR=1 "${issuer_settings[@]}" MCP_AUTH_ISSUER="$ISSUER" \
    "${resource[@]}" MCP_AUTH_LISTEN="127.0.0.1:$server_port" "${server[@]}"
fi
server_pid=$LAB_PID
lab_wait_http "$MCP_URL" 30 "$server_pid" server
if [ "$kind" = conformance ]; then
  for _ in $(seq 50); do [ -s "$TOKEN_FILE" ] && break; sleep 0.1; done
  [ -s "$TOKEN_FILE" ] || die "the server wrote no token to $TOKEN_FILE"
  cat "$TOKEN_FILE" >>"$LAB_TOKENS"; echo >>"$LAB_TOKENS"
fi

run() {
  local word words=()
  for word in "$@"; do
    case $word in URL) word=$MCP_URL ;; ISSUER) word=$ISSUER ;; TOKEN_FILE) word=$TOKEN_FILE ;; esac
    words+=("$word")
  done
  # Our own scripts by their bare names.
  [ ! -x "$LAB_SCRIPTS/${words[0]}" ] || words[0]=$LAB_SCRIPTS/${words[0]}
  "${words[@]}"
}

status=0
if [ "$1" = -c ]; then
  shift
  for line in "$@"; do read -ra words <<<"$line"; run "${words[@]}" || { status=$?; break; }; done
else
  run "$@" || status=$?
fi

if ! kill -0 "$server_pid" 2>/dev/null; then say "the server ended by itself"; tail -n 20 "$SERVER_LOG" >&2; status=1; fi
if grep -q "panicked at" "$SERVER_LOG"; then grep -A 5 "panicked at" "$SERVER_LOG" >&2; status=1; fi
if [ "$status" = 0 ]; then
  lab_stop "$server_pid"
  for database in "$LAB_RUN"/*.db*; do
    case $database in *.key|*'*'*) ;; *) python3 "$LAB_SCRIPTS/scan-database.py" "$LAB_TOKENS" "$database" || status=$? ;; esac
  done
  python3 "$LAB_SCRIPTS/scan-log.py" "$LAB_TOKENS" "$SERVER_LOG" || status=$?
else
  # Without the noise of trace lines.
  say "the end of the server's log:"; grep -vE '\b(TRACE|DEBUG)\b' "$SERVER_LOG" | tail -n 20 >&2 || true
fi
exit "$status"
