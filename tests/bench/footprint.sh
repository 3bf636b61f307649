#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a cloud, a broker and a host with a lamp and a thermometer cost on this machine: memory, binary sizes, the time
# from `hearthctl set` to the reported value, and the processor time of an idle host.
# usage: tests/bench/footprint.sh [BUILD_FOLDER]    (default: build; figures count from a release build)
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
bin=$build/bin
settle_seconds=10
idle_seconds=30
switches=20

dir=$(mktemp -d "${TMPDIR:-/tmp}/hearth-footprint.XXXXXX")
pids=()

fail() {
  printf '%s\n' "footprint: $*" >&2
  tail -qn 3 "$dir"/*.log >&2 || true
  exit 1
}

stop() {
  local status=$? pid
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
  exit $status
}
trap stop EXIT
trap 'exit 130' INT TERM

start() {
  local name=$1
  shift
  "$@" >"$dir/$name.log" 2>&1 &
  pids+=($!)
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  printf '%s' "$port"
}

# wait_until SECONDS WHAT COMMAND…
wait_until() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $limit ] || fail "$what did not come about in time"
    sleep 0.1
  done
}

start_parts() {
  local api_port hub_port cert_port broker_port http_port token
  api_port=$(free_port 27443) hub_port=$(free_port 27500) cert_port=$(free_port 27600)
  start cloud "$bin/hearth-cloud" --data-dir "$dir/cloud" --api-listen "127.0.0.1:$api_port" \
    --hub-listen "127.0.0.1:$hub_port" --cert-listen "127.0.0.1:$cert_port"
  cloud_pid=${pids[-1]}
  export KUBECONFIG=$dir/cloud/kubeconfig
  wait_until 20 "the cloud's API" "$bin/hearthctl" get devices
  "$bin/hearthctl" apply -f "$top/configs/models" -f "$top/configs/devices" >/dev/null || fail "no manifests"
  token=$("$bin/hearth-cloud" token --data-dir "$dir/cloud" 2>/dev/null | tail -n 1)
  broker_port=$(free_port 27700) http_port=$(free_port 27800)
  start host "$bin/hearth-host" --node-name edge-1 --data-dir "$dir/edge" --hub "wss://127.0.0.1:$hub_port" \
    --cert-url "https://127.0.0.1:$cert_port" --token "$token" --broker "managed:$broker_port" \
    --http-listen "127.0.0.1:$http_port"
  host_pid=${pids[-1]}
  wait_until 20 "the lamp's first report" "$bin/hearthctl" set lamp power=OFF --wait=5
}

kib() { awk -v key="$2:" '$1 == key {print $2}' "/proc/$1/smaps_rollup"; }

print_memory() {
  printf '%-14s %8s %8s   after %d s, KiB\n' memory RSS PSS "$settle_seconds"
  printf '%-14s %8d %8d\n' hearth-host "$(kib "$host_pid" Rss)" "$(kib "$host_pid" Pss)"
  printf '%-14s %8d %8d\n' hearth-cloud "$(kib "$cloud_pid" Rss)" "$(kib "$cloud_pid" Pss)"
}

print_sizes() {
  local file
  printf '\n%-14s %8s   stripped, KiB\n' "file" size
  for file in "$bin/hearth-host" "$bin/hearth-cloud" "$bin/hearthctl" "$build"/lib/hearth/mappers/*.so; do
    strip -o "$dir/stripped" "$file"
    printf '%-14s %8d\n' "$(basename "$file")" $(($(stat -c %s "$dir/stripped") / 1024))
  done
}

# Milliseconds of each switch, one a line; the time hearthctl needs to start and to log in is part of it.
switch_times() {
  local i value before
  for ((i = 0; i < switches; ++i)); do
    value=$([ $((i % 2)) = 0 ] && echo ON || echo OFF)
    before=$(date +%s%N)
    "$bin/hearthctl" set lamp "power=$value" --wait=10 >/dev/null || fail "the lamp did not report $value"
    printf '%d\n' $((($(date +%s%N) - before) / 1000000))
  done
}

print_latency() {
  switch_times | sort -n | awk -v n="$switches" '{ms[NR] = $1} END {
    printf "\nhearthctl set lamp power=… --wait, %d times: min %d, median %d, max %d ms\n", n, ms[1], ms[int((NR + 1) / 2)], ms[NR]}'
}

# User and system time of a process so far, in ticks.
ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }

print_idle() {
  local host cloud
  host=$(ticks "$host_pid") cloud=$(ticks "$cloud_pid")
  sleep "$idle_seconds"
  printf '\nidle for %d s: hearth-host %d, hearth-cloud %d ticks of %d a second\n' "$idle_seconds" \
    $(($(ticks "$host_pid") - host)) $(($(ticks "$cloud_pid") - cloud)) "$(getconf CLK_TCK)"
}

for program in hearth-host hearth-cloud hearthctl; do
  [ -x "$bin/$program" ] || fail "$bin/$program is not there; build first"
done
start_parts
sleep "$settle_seconds"
print_memory
print_sizes
print_latency
print_idle
