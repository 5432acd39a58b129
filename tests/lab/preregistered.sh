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
LAB_CLIENT_ID=lab-portal people typescript-v2-auto mcporter python-sdk-legacy
# FastMCP sends a secret in the form, as rmcp does.
LAB_CLIENT_ID=lab-form people fastmcp-legacy rmcp-legacy

machine() { local name=$1; shift; "$@" >/dev/null; echo "$name ok"; }
machine "machine, secret in the header" "$LAB/python/bin/python" "$LAB_SCRIPTS/clients/machine.py" "$url" lab-machine
machine "machine, key" "$LAB/python/bin/python" "$LAB_SCRIPTS/clients/machine.py" "$url" lab-machine-key
machine "machine, secret in the form" env LAB_CLIENT_ID=lab-machine-form LAB_MACHINE=1 "$LAB_TARGET/lab-rmcp-client" "$url" modern
registered=$(grep -c 'POST /register' "$SERVER_LOG" || true)
[ "$registered" = 0 ] || die "somebody registered all the same"
