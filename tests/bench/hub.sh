#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The figures of hub, twin and bus on this machine: a Mosquitto, a cloud and a host in a temporary folder on free ports, the
# programs of this folder against them, and a table of bars, measured figures and verdicts at the end.
# usage: tests/bench/hub.sh [BUILD_FOLDER]     (default: build; figures count from a release build on an idle machine)
# HUB_SECONDS: length of each throughput part (default 10); HUB_COUNT: values of each latency part (default 500).
# HUB_BROKER_CONFIG: a line more for mosquitto.conf, such as "set_tcp_nodelay true"; without it the broker is as it comes.
# Status 0 when every bar was reached. TMPDIR chooses the disk.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
bench=$build/bench
seconds=${HUB_SECONDS:-10}
count=${HUB_COUNT:-500}
settle_seconds=10
devices=1000
group=devices.kubeedge.io/v1beta1

me=hub
source "$top/tests/bench/parts.sh"
source "$top/tests/bench/table.sh"

# ---- the parts ----

start_broker() {
  printf 'listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n%s\n' "$broker_port" "${HUB_BROKER_CONFIG:-}" >"$dir/mosquitto.conf"
  start broker "$(PATH=$PATH:/usr/sbin command -v mosquitto)" -c "$dir/mosquitto.conf"
}

start_host() { start_host_with "mqtt://127.0.0.1:$broker_port" --mappers "$dir/mappers"; }

links() { grep -c 'edgehub: linked to' "$dir/host.log" || true; }
linked_again() { [ "$(links)" -gt "$1" ]; }

# Nanoseconds of the last line of a log that holds TEXT.
stamp() { # LOG TEXT
  local line
  line=$(grep "$2" "$dir/$1.log" | tail -n 1)
  date -d "${line%% *}" +%s%N
}

start_all() {
  take_ports 28000
  mkdir "$dir/mappers" "$dir/values"
  cp "$build"/lib/hearth/mappers/*.so "$dir/mappers/"
  start_broker
  start_first_cloud
  start_host
  wait_until 20 "the host's link" linked_again 0
}

# ---- manifests ----

print_models() {
  cat <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: bench-virtual}
---
apiVersion: $group
kind: DeviceModel
metadata: {name: bench, namespace: default}
spec: {protocol: external, properties: [{name: value, type: STRING, accessMode: ReadWrite}]}
---
apiVersion: $group
kind: DeviceModel
metadata: {name: bench-virtual, namespace: bench-virtual}
spec: {protocol: virtual, properties: [{name: value, type: STRING, accessMode: ReadWrite}]}
YAML
}

print_device() { # NAME NAMESPACE MODEL PROTOCOL VISITOR
  cat <<YAML
---
apiVersion: $group
kind: Device
metadata: {name: $1, namespace: $2}
spec:
  deviceModelRef: {name: $3}
  nodeName: edge-1
  protocol: {protocolName: $4}
  properties:
  - {name: value, collectCycle: 1000, reportCycle: 1000, reportToCloud: true, visitors: {protocolName: $4, configData: {$5}}}
YAML
}

print_devices() { # FROM TO PREFIX NAMESPACE MODEL PROTOCOL VISITOR
  local i
  for ((i = $1; i < $2; ++i)); do print_device "$3$i" "$4" "$5" "$6" "$7"; done
}

apply() { "$bin/hearthctl" apply -f "$1" >"$dir/apply.log" || fail "manifests were refused"; }

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# ---- the measurements ----

measure_start() {
  local before i
  for i in 1 2 3 4 5; do
    end host
    local had
    had=$(links) before=$(date +%s%N)
    start_host
    wait_until 20 "the host's link" linked_again "$had"
    printf '%d\n' $((($(stamp host 'edgehub: linked to') - before) / 1000000))
  done >"$dir/start"
}

measure_return() {
  local i had
  for i in 1 2 3; do
    had=$(links)
    end cloud
    sleep 1
    start_cloud
    wait_until 70 "the link after the cloud's restart" linked_again "$had"
    printf '%d\n' $((($(stamp host 'edgehub: linked to') - $(stamp cloud 'cloud: hub on')) / 1000000))
  done >"$dir/return"
}

run_bench() { # NAME ARGUMENT…
  local name=$1
  shift
  "$bench/bench_$name" --broker "mqtt://127.0.0.1:$broker_port" "$@" || true
}

measure_idle() {
  sleep "$settle_seconds"
  idle_host=$(pss host) idle_cloud=$(pss cloud)
  print_devices 0 200 lamp- bench-virtual bench-virtual virtual '' >"$dir/lamps.yaml"
  apply "$dir/lamps.yaml"
  sleep "$settle_seconds"
  many_host=$(pss host) many_cloud=$(pss cloud)
  "$bin/hearthctl" delete -f "$dir/lamps.yaml" >/dev/null
}

measure_latency() {
  { print_device write-0 bench-virtual bench-virtual virtual "file: $dir/values/write-0"; } >"$dir/write.yaml"
  apply "$dir/write.yaml"
  sleep 2
  run_bench command_latency --kubeconfig "$KUBECONFIG" --namespace bench-virtual --device write-0 \
    --value-file "$dir/values/write-0" --count "$count" | tee "$dir/write"
  "$bin/hearthctl" delete -f "$dir/write.yaml" >/dev/null
  print_devices 0 1 bench- default bench external '' >"$dir/one.yaml"
  apply "$dir/one.yaml"
  sleep 1
  run_bench report_latency --kubeconfig "$KUBECONFIG" --device bench-0 --count "$count" | tee "$dir/report"
  run_bench command_latency --kubeconfig "$KUBECONFIG" --device bench-0 --count "$count" | tee "$dir/delta"
}

measure_throughput() {
  local costs=(--pid "host=${pid[host]}" --pid "cloud=${pid[cloud]}" --pid "broker=${pid[broker]}")
  print_devices 1 $devices bench- default bench external '' >"$dir/devices.yaml"
  apply "$dir/devices.yaml"
  sleep 3
  run_bench twin_updates --seconds "$seconds" | tee "$dir/twin-reported"
  sleep 3
  note "cloud PSS with $devices devices" "$(pss cloud) MB"
  local rate
  for rate in 5000 20000; do
    run_bench throughput --kubeconfig "$KUBECONFIG" --devices $devices --rate $rate --seconds "$seconds" "${costs[@]}" |
      tee "$dir/at-$rate"
    sleep 2
  done
}

# The edge by itself: with a cloud on the same two cores that writes each of the reports, it is the cloud that is measured.
measure_local() {
  end cloud
  sleep 2
  run_bench twin_updates --seconds "$seconds" | tee "$dir/twin"
  start_cloud
}

# ---- what they say ----

latency_row() { # WHAT FILE TEXT P50 P99
  local p50 p99
  p50=$(figure "$dir/$2" "$3" p50) p99=$(figure "$dir/$2" "$3" p99)
  row "$1" "p50 <= $4, p99 <= $5 ms" "$p50 / $p99 ms" "\"$p50\" != \"nan\" && $p50 <= $4 && $p99 <= $5"
}

twin_rows() { # WHAT FILE
  local rate ratio
  rate=$(figure "$dir/$2" answered answered) ratio=$(figure "$dir/$2" ratio ratio)
  rate=${rate%/s}
  row "$1" ">= 10000/s" "$rate/s" "$rate >= 10000"
  row "the same, part of what the broker alone carries" ">= 0.5" "$ratio" "$ratio >= 0.5"
}

fill_table() {
  local seen lost lag missing under disk cpu cloud_cpu first back
  latency_row "report -> API watch, one at a time" report report_latency: 1.5 4
  latency_row "desired PATCH -> virtual mapper's write (its file)" write "to write" 2 5
  latency_row "desired PATCH -> delta on MQTT" delta "to delta" 2 5
  seen=$(figure "$dir/at-5000" "offered" seen) lost=$(figure "$dir/at-5000" "offered" lost)
  row "5,000/s offered, $devices devices: seen, and superseded or lost" "all, 0" "$seen, $lost" "\"$lost\" == \"0\""
  lag=$(figure "$dir/at-20000" "lag" p99) missing=$(figure "$dir/at-20000" "newest value" value)
  row "20,000/s offered: lag p99; devices without newest value" "<= 1000 ms, 0" "$lag ms, ${missing/nan/?}" "\"$lag\" != \"nan\" && $lag <= 1000 && \"$missing\" == \"0\""
  twin_rows "local twin updates, the cloud away" twin
  twin_rows "local twin updates, the cloud writing each" twin-reported
  row "host PSS idle, mappers $(cd "$dir/mappers" && echo *.so)" "<= 8 MB" "$idle_host MB" "$idle_host <= 8"
  row "host PSS with 200 virtual devices" "<= 10 MB" "$many_host MB" "$many_host <= 10"
  under=$(awk '/host: CPU/ {v = $(NF - 1) / 1024; if (v > max) max = v} END {printf "%.1f", max}' "$dir"/at-*)
  row "host PSS under load" "<= 24 MB" "$under MB" "$under <= 24"
  row "cloud PSS idle" "<= 16 MB" "$idle_cloud MB" "$idle_cloud <= 16"
  note "cloud PSS with 200 devices; under load" "$many_cloud; $(awk '/cloud: CPU/ {v = $(NF - 1) / 1024; if (v > max) max = v} END {printf "%.1f", max}' "$dir"/at-*) MB"
  first=$(median <"$dir/start") back=$(sort -n "$dir/return" | tail -n 1)
  row "start to connected, median of 5" "<= 90 ms" "$first ms" "$first <= 90"
  row "link back after a cloud restart, worst of 3" "<= 2000 ms" "$back ms" "$back <= 2000"
  disk=$(awk '/host: CPU/ {print $5}' "$dir/at-5000") cpu=$(awk '/host: CPU/ {print $4 + 0}' "$dir/at-5000")
  cpu=$(figure "$dir/at-5000" "host: CPU" CPU) disk=$(figure "$dir/at-5000" "host: CPU" ms,)
  cloud_cpu=$(figure "$dir/at-5000" "cloud: CPU" CPU)
  row "disk bytes per update at the edge" "<= 8192" "$disk" "$disk <= 8192"
  row "CPU per update at the edge" "<= 0.1 ms" "$cpu ms" "$cpu <= 0.1"
  row "CPU per update in the cloud" "<= 0.1 ms" "$cloud_cpu ms" "$cloud_cpu <= 0.1"
  note "disk bytes per update in the cloud" "$(figure "$dir/at-5000" "cloud: CPU" ms,)"
}

for program in "$bin"/hearth-{host,cloud} "$bin/hearthctl" "$bench"/bench_{report_latency,command_latency,throughput,twin_updates}; do
  [ -x "$program" ] || fail "$program is not there; build with -DHEARTH_BENCH=ON"
done
start_all
print_models >"$dir/models.yaml"
apply "$dir/models.yaml"
measure_start
measure_idle
measure_latency
measure_throughput
measure_local
measure_return
fill_table
print_table "no modbus or bluetooth mapper exists yet; broker: ${HUB_BROKER_CONFIG:-as it comes}"
