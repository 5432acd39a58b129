#!/usr/bin/env bash
# The laboratory's clients against an example: example.sh many-files|notes|team [CLIENT…]
#
#   many-files   search_notes of its notes server, which needs notes:read
#   notes        create_note of the notes application
#   team         invite of many-files' team server. The first three are granted with the scope of the first challenge;
#                whoever comes later has to step up, while the tool runs. All clients, in an order of its own
#
# LAB_ISSUER   oidc-provider (or keycloak)
set -euo pipefail
. "$(dirname "$0")/lab.sh"
name=${1:-}; [ $# -ge 1 ] || { sed -n '2,/^set/p' "$0" | sed '$d'; exit 2; }
shift
with=("$LAB_SCRIPTS/with.sh" "${LAB_ISSUER:-oidc-provider}")

case $name in
  many-files)
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/notes SCOPES="notes:read notes:write"
    export LAB_TOOL=search_notes LAB_ARGS='{"word":"milk"}' LAB_EXPECT="no note mentions milk"
    ;;
  notes)
    export LAB_SERVER=$LAB_TARGET/notes-example SCOPES="create:notes read:notes delete:notes"
    export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk"
    ;;
  team)
    [ $# = 0 ] || die "team takes no clients: which of them step up depends on the order"
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/team SCOPES="team:read team:manage"
    export LAB_TOOL=invite LAB_ARGS='{"name":"carol"}' LAB_EXPECT="carol is in"
    # Two of the first cannot step up (see README.md).
    exec "${with[@]}" -c "run-clients.sh URL typescript-v1 mcporter mcp-remote-legacy" \
      "run-clients.sh URL python-sdk fastmcp typescript-v2 inspector mcp-remote-auto rmcp"
    ;;
  *) die "no such example: $name" ;;
esac
exec "${with[@]}" run-clients.sh URL "$@"
