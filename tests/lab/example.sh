#!/usr/bin/env bash
# The laboratory's clients against an example: example.sh many-files|notes|team|invitations|quickstart|unticked|github|revoked|upstream_step_up|
# upstream_refused|refreshed|cimd|preregistered|signed-in|scanned [CLIENT…]
#
#   many-files    search_notes of its notes server, which needs notes:read
#   notes         create_note of the notes application
#   team          remove_member of many-files' team server, which needs more than the first challenge asks for: a step-up
#   invitations   invite, there too. The first three are granted; whoever comes later has to step up while the tool runs.
#                 The order is part of it, so that the clients cannot be chosen
#
#   quickstart    whoami of examples/quickstart, with the tokens that it issues itself
#   unticked      add_note there; the person takes notes:write out at first, so that the client has to step up
#   github        get_user_profile of examples/github, with the token of the laboratory's GitHub
#   revoked       the same; then the person ends at GitHub what they approved, and the client signs them in again by itself
#   upstream_step_up
#                 list_private_repositories there, for which the client steps up, and GitHub is asked for more (mcp-remote asks
#                 for the scopes of its first sign-in again)
#   upstream_refused
#                 the same, and the person does not grant it at GitHub: the client is told, and asks no further
#   refreshed     create_note of examples/notes, with tokens of its own that live two seconds, and a pause: each client has
#                 to refresh, and nobody signs in twice
#   cimd          create_note there, by clients whose id is the URL of their document: nobody registers
#
#   preregistered create_note again, by clients that the server knows beforehand, and by machines without a person
#
#   signed-in     create_note of examples/notes, with tokens of its own, by somebody who signed in with LAB_ISSUER
#
#   scanned       the scanner against many-files with tokens of its own; the token for the other server is the foreign one
#
# With a step-up each client has to sign in twice: those that never step up, or cannot, are left out. README.md names them.
#
# LAB_ISSUER   oidc-provider (or keycloak)
set -euo pipefail
. "$(dirname "$0")/lab.sh"
name=${1:-}; [ $# -ge 1 ] || { sed -n '2,/^set/p' "$0" | sed '$d'; exit 2; }
shift
with=("$LAB_SCRIPTS/with.sh" "${LAB_ISSUER:-oidc-provider}")

case $name in
  quickstart)
    export LAB_TOOL=whoami LAB_ARGS='{}' LAB_EXPECT='development:alice with notes:read notes:write'
    exec "$LAB_SCRIPTS/with.sh" quickstart run-clients.sh URL "$@"
    ;;
  unticked)
    export LAB_TOOL=add_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT='kept: buy milk' PERSON_UNTICKS=notes:write
    export LAB_SIGN_INS=2
    [ $# -gt 0 ] || set -- python-sdk fastmcp typescript-v2 mcp-remote
    exec "$LAB_SCRIPTS/with.sh" quickstart run-clients.sh URL "$@"
    ;;
  github)
    export LAB_TOOL=get_user_profile LAB_ARGS='{}'
    export LAB_EXPECT='{"company":null,"id":583231,"login":"octocat","name":"octocat","public_repos":null}'
    exec "$LAB_SCRIPTS/with.sh" github run-clients.sh URL "$@"
    ;;
  revoked)
    [ $# = 0 ] || die "revoked takes no clients: it is the Python SDK that tells every status on its way"
    export LAB_TOOL=get_user_profile LAB_ARGS='{}' PYTHONDONTWRITEBYTECODE=1
    export LAB_EXPECT='{"company":null,"id":583231,"login":"octocat","name":"octocat","public_repos":null}'
    lab_needs python
    exec "$LAB_SCRIPTS/with.sh" github "$LAB/python/bin/python" "$LAB_SCRIPTS/clients/revoked_at_github.py" URL
    ;;
  upstream_step_up)
    # The first sign-in asks GitHub for read:user, the second for repo too.
    export LAB_TOOL=list_private_repositories LAB_ARGS='{}' LAB_EXPECT=octocat/notes LAB_SIGN_INS=2
    [ $# -gt 0 ] || set -- python-sdk-auto fastmcp-auto typescript-v2-auto
    exec "$LAB_SCRIPTS/with.sh" github run-clients.sh URL "$@"
    ;;
  upstream_refused)
    # GitHub gives read:user and never repo: one more sign-in for the call, and no other.
    export LAB_TOOL=list_private_repositories LAB_ARGS='{}' LAB_GITHUB_GRANTS=read:user LAB_SIGN_INS=2
    export LAB_REFUSED='403\|Forbidden\|insufficient_scope\|GitHub did not grant repo'
    [ $# -gt 0 ] || set -- python-sdk-auto fastmcp-auto typescript-v2-auto
    exec "$LAB_SCRIPTS/with.sh" github run-clients.sh URL "$@"
    ;;
  refreshed)
    export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk"
    export TOKEN_TTL=2 LAB_PAUSE=4 LAB_SIGN_INS=1
    # The Inspector makes one call and goes.
    [ $# -gt 0 ] || set -- python-sdk fastmcp typescript mcp-remote mcporter rmcp
    exec "$LAB_SCRIPTS/with.sh" environment run-clients.sh URL "$@"
    ;;
  cimd)
    export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk" LAB_DOCUMENTS=1 LAB_SIGN_INS=1
    # The others know no such ids.
    [ $# -gt 0 ] || set -- python-sdk fastmcp typescript inspector rmcp
    exec "$LAB_SCRIPTS/with.sh" environment -c "run-clients.sh URL $*" "python3 $LAB_SCRIPTS/judge-documents.py"
    ;;
  preregistered)
    export LAB_CLIENTS=1
    exec "$LAB_SCRIPTS/with.sh" environment preregistered.sh URL
    ;;
  signed-in)
    export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk" LAB_SIGN_INS=1
    exec "$LAB_SCRIPTS/with.sh" "sign-in-${LAB_ISSUER:-oidc-provider}" run-clients.sh URL "$@"
    ;;
  scanned)
    read -r port < <(lab_free_ports 1)
    # The scanner keeps its tokens to itself.
    export LAB_MIN_TOKENS=0
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/notes PORT_SERVER=$port FOREIGN_RESOURCE=http://127.0.0.1:$port/team
    exec "$LAB_SCRIPTS/with.sh" environment authlab.sh URL
    ;;
  many-files)
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/notes SCOPES="notes:read notes:write"
    export LAB_TOOL=search_notes LAB_ARGS='{"word":"milk"}' LAB_EXPECT="no note mentions milk"
    ;;
  notes)
    export LAB_SERVER=$LAB_TARGET/notes-example SCOPES="create:notes read:notes delete:notes"
    export LAB_TOOL=create_note LAB_ARGS='{"text":"buy milk"}' LAB_EXPECT="kept: buy milk"
    ;;
  team)
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/team SCOPES="team:read team:manage"
    export LAB_TOOL=remove_member LAB_ARGS='{"name":"carol"}' LAB_EXPECT="carol is out"
    export LAB_SIGN_INS=2
    [ $# -gt 0 ] || set -- python-sdk fastmcp typescript-v2 mcp-remote
    ;;
  invitations)
    [ $# = 0 ] || die "invitations takes no clients: who has to step up depends on their order"
    export LAB_SERVER=$LAB_TARGET/many-files LAB_PATH=/team SCOPES="team:read team:manage"
    export LAB_TOOL=invite LAB_ARGS='{"name":"carol"}' LAB_EXPECT="carol is in"
    exec "${with[@]}" -c "run-clients.sh URL typescript-v1 mcporter mcp-remote-legacy" \
      "env LAB_SIGN_INS=2 $LAB_SCRIPTS/run-clients.sh URL python-sdk-auto fastmcp-auto typescript-v2-auto mcp-remote-auto"
    ;;
  *) die "no such example: $name" ;;
esac
exec "${with[@]}" run-clients.sh URL "$@"
