#!/usr/bin/env bash
# Clients that the server knows beforehand, against the server that with.sh started with LAB_CLIENTS=1: preregistered.sh URL
# An app without a secret, one with a secret in either place, and machines: by secret and by key. None of them registers.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
[ $# = 1 ] || { sed -n 2,3p "$0"; exit 2; }
url=$1 secret=$(cat "$LAB_RUN/secret")
export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk" PYTHONDONTWRITEBYTECODE=1
people() { "$LAB_SCRIPTS/run-clients.sh" "$url" "$@"; }

LAB_CLIENT_ID=lab-app people python-sdk-auto fastmcp-auto inspector-modern rmcp-modern
export LAB_CLIENT_SECRET=$secret
LAB_CLIENT_ID=lab-portal people typescript-v2-auto mcporter rmcp-legacy
# FastMCP sends a secret in the form; rmcp only without a person.
LAB_CLIENT_ID=lab-form people fastmcp-legacy

machine() { local name=$1; shift; "$@" >/dev/null; echo "$name ok"; }
machine "machine, secret in the header" "$LAB/python/bin/python" "$LAB_SCRIPTS/clients/machine.py" "$url" lab-machine
machine "machine, key" "$LAB/python/bin/python" "$LAB_SCRIPTS/clients/machine.py" "$url" lab-machine-key
machine "machine, secret in the form" env LAB_CLIENT_ID=lab-machine-form LAB_MACHINE=1 "$LAB_TARGET/lab-rmcp-client" "$url" modern
# The store of with.sh's `environment`.
registered=$(python3 - "$LAB_RUN/notes.db" <<'PY'
import sqlite3, sys
store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(store.execute("SELECT count(*) FROM clients").fetchone()[0], store.execute("SELECT count(*) FROM grants").fetchone()[0])
PY
)
# Eight people's grants and three of machines.
[ "$registered" = "0 11" ] || die "registered clients and grants: $registered, not 0 and 11"
