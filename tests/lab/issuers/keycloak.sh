#!/usr/bin/env bash
# A real Keycloak on 127.0.0.1, in the foreground: keycloak.sh PORT     (administrator admin / admin; data in $LAB_RUN)
# KEYCLOAK_ARGS adds options, e.g. --features=resource-indicators or --features=cimd.
set -euo pipefail
. "$(dirname "$0")/../lab.sh"
lab_needs keycloak
[ $# = 1 ] || { sed -n 2,3p "$0"; exit 2; }
JAVA_HOME=$(lab_jdk); [ -n "$JAVA_HOME" ] || die "no Java of at least 21"
export JAVA_HOME KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin
# A copy of the small parts, so that every run starts with an empty database and the installation stays as it was.
home=${LAB_RUN:?}/keycloak
mkdir -p "$home"; cp -r "$LAB"/keycloak/{bin,conf,providers} "$home/"; ln -sfn "$LAB/keycloak/lib" "$home/lib"
# shellcheck disable=SC2086 # several options in one variable
exec "$home/bin/kc.sh" start-dev --http-host=127.0.0.1 --http-port="$1" --hostname="http://127.0.0.1:$1" ${KEYCLOAK_ARGS:-}
