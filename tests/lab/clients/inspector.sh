#!/usr/bin/env bash
# The MCP Inspector's command line: inspector.sh URL legacy|modern      (opens xdg-open)
set -euo pipefail
. "$(dirname "$0")/../lab.sh"
tool=${LAB_TOOL:-add_numbers} arguments=${LAB_ARGS:-'{"a":17,"b":25}'} expected=${LAB_EXPECT:-42}
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
# key=value pairs; each value is JSON
mapfile -t pairs < <(python3 -c '
import json, sys
for key, value in json.loads(sys.argv[1]).items(): print(f"{key}={value if isinstance(value, str) else json.dumps(value)}")' "$arguments")
[ ${#pairs[@]} -eq 0 ] || set -- "$@" --tool-arg "${pairs[@]}"
url=$1 era=$2; shift 2
[ -z "${LAB_DOCUMENT:-}" ] || set -- "$@" --client-metadata-url "$LAB_DOCUMENT"
[ -z "${LAB_CLIENT_ID:-}" ] || set -- "$@" --client-id "$LAB_CLIENT_ID"
[ -z "${LAB_CLIENT_SECRET:-}" ] || set -- "$@" --client-secret "$LAB_CLIENT_SECRET"
answer=$(HOME=$home MCP_AUTO_OPEN_ENABLED=true MCP_INSPECTOR_SECRET_STORE=memory \
  MCP_OAUTH_CALLBACK_URL="http://127.0.0.1:$(lab_free_ports 1)/oauth/callback" \
  node "$LAB/inspector/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js" \
  --cli --server-url "$url" --transport http --protocol-era "$era" --format json \
  --method tools/call --tool-name "$tool" "$@" </dev/null)
printf '%s\n' "$answer"
python3 "$LAB_SCRIPTS/clients/judge_json.py" "$expected" <<<"$answer"
