#!/usr/bin/env bash
# npm mcporter: mcporter.sh URL      (opens xdg-open; speaks 2025-11-25)
set -euo pipefail
. "$(dirname "$0")/../lab.sh"
tool=${LAB_TOOL:-add_numbers} arguments=${LAB_ARGS:-'{"a":17,"b":25}'} expected=${LAB_EXPECT:-42}
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
mkdir "$home/config"; cd "$home"
known=''
[ -z "${LAB_CLIENT_ID:-}" ] || known=',"oauthClientId":"'$LAB_CLIENT_ID'"'
[ -z "${LAB_CLIENT_SECRET:-}" ] || known+=',"oauthClientSecret":"'$LAB_CLIENT_SECRET'"'
printf '{"mcpServers":{"lab":{"url":"%s","auth":"oauth","oauthRedirectUrl":"http://127.0.0.1:%s/callback"%s}},"imports":[]}' \
  "$1" "$(lab_free_ports 1)" "$known" >config/mcporter.json
mcporter() { HOME=$home node "$LAB/clients/node_modules/mcporter/dist/cli.js" "$@" </dev/null; }
mcporter --oauth-timeout 20000 auth lab >&2
sleep "${LAB_PAUSE:-0}"
answer=$(mcporter call "lab.$tool" --args "$arguments" --output json)
printf '%s\n' "$answer"
python3 "$LAB_SCRIPTS/clients/judge_json.py" "$expected" <<<"$answer"
