#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a cloud, a broker and a host with a lamp and a thermometer cost on this machine: memory, binary sizes, the time
# from `hearthctl set` to the reported value, and the processor time of an idle host.
# usage: tests/bench/footprint.sh [BUILD_FOLDER]    (default: build; figures count from a release build)
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
settle_seconds=10
idle_seconds=30
switches=20

me=footprint
source "$top/tests/bench/parts.sh"

start_parts() {
  take_ports 27000
  start_first_cloud
  "$bin/hearthctl" apply -f "$top/configs/models" -f "$top/configs/devices" >/dev/null || fail "no manifests"
  start_host_with "managed:$broker_port"
  wait_until 20 "the lamp's first report" "$bin/hearthctl" set lamp power=OFF --wait=5
}

kib() { awk -v key="$2:" '$1 == key {print $2}' "/proc/$1/smaps_rollup"; }

print_memory() {
  printf '%-14s %8s %8s   after %d s, KiB\n' memory RSS PSS "$settle_seconds"
  printf '%-14s %8d %8d\n' hearth-host "$(kib "${pid[host]}" Rss)" "$(kib "${pid[host]}" Pss)"
  printf '%-14s %8d %8d\n' hearth-cloud "$(kib "${pid[cloud]}" Rss)" "$(kib "${pid[cloud]}" Pss)"
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
  host=$(ticks "${pid[host]}") cloud=$(ticks "${pid[cloud]}")
  sleep "$idle_seconds"
  printf '\nidle for %d s: hearth-host %d, hearth-cloud %d ticks of %d a second\n' "$idle_seconds" \
    $(($(ticks "${pid[host]}") - host)) $(($(ticks "${pid[cloud]}") - cloud)) "$(getconf CLK_TCK)"
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
