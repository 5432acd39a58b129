#!/usr/bin/env bash
# The pages of the authorization server in Chromium, with screenshots and axe-core: browser.sh pages | browser.sh flow URL
#
#   pages       every page in every state: light, dark, narrow, large text, high contrast
#   flow URL    a person signs in at the server of this URL: allow, deny, untick, two tabs, back, reload, keyboard …
#
# BROWSER_SHOTS   a folder to keep the screenshots in, for a look at them
set -euo pipefail
. "$(dirname "$0")/lab.sh"
lab_needs node browser
lab_run_dir; lab_trap
shots=${BROWSER_SHOTS:-$LAB_RUN/shots}

case "$#:${1:-}" in
  1:pages)
    name=authorization_server::page::tests::files::the_pages_are_written_for_the_browser
    ( cd "$LAB_ROOT" && PAGES=$LAB_RUN/pages cargo test --quiet --locked -p mcp-auth --lib \
      --features authorization-server,testing -- --ignored --exact "$name" )
    lab_node browser "$LAB_SCRIPTS/browser/pages.mjs" "$LAB_RUN/pages" "$shots"
    ;;
  2:flow) lab_node browser "$LAB_SCRIPTS/browser/flow.mjs" "$2" "$shots" ;;
  *) sed -n 2,7p "$0"; exit 2 ;;
esac
