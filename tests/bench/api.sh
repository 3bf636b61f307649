#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The API's figures on this machine: a cloud in a temporary folder on free ports, bench_api_load against it over HTTPS with a
# client certificate, and a table of bars, measured figures and verdicts at the end.
# usage: tests/bench/api.sh [BUILD_FOLDER]     (default: build; figures count from a release build on an idle machine)
# API_SECONDS: length of each part (default 5); API_MANY: the great number of devices (default 100000; 0 leaves that out).
# Status 0 when every bar was reached. TMPDIR chooses the disk.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
seconds=${API_SECONDS:-5}
many=${API_MANY:-100000}
settle_seconds=8

me=api
source "$top/tests/bench/parts.sh"
source "$top/tests/bench/table.sh"

load() { # PART ARGUMENT…
  local file=$dir/$1
  "$build/bench/bench_api_load" --kubeconfig "$KUBECONFIG" --pid "${pid[cloud]}" "$@" | tee -a "$file.all" | tee "$file" || true
}

# How the last run of PART says what stands behind KEY.
of() { figure "$dir/$1" "$1:" "$2"; }

apply_first() {
  cat >"$dir/model.yaml" <<YAML
apiVersion: devices.kubeedge.io/v1beta1
kind: DeviceModel
metadata: {name: load, namespace: default}
spec: {protocol: external, properties: [{name: value, type: STRING, accessMode: ReadWrite}, {name: level, type: STRING, accessMode: ReadWrite}]}
YAML
  "$bin/hearthctl" apply -f "$dir/model.yaml" >"$dir/apply.log" || fail "the model was refused"
}

# Part of a core, over some seconds without a request.
idle_share() {
  local before after
  before=$(awk '{print $14 + $15}' "/proc/${pid[cloud]}/stat")
  sleep "$settle_seconds"
  after=$(awk '{print $14 + $15}' "/proc/${pid[cloud]}/stat")
  awk "BEGIN {printf \"%.2f\", ($after - $before) * 100 / $(getconf CLK_TCK) / $settle_seconds}"
}

measure_creates() {
  load create --prefix one- --clients 1 --count 1000
  row "create, one client, committed" "p50 <= 1, p99 <= 4 ms" "$(of create p50) / $(of create p99) ms" "$(of create p50) <= 1 && $(of create p99) <= 4"
  local clients cpu
  for clients in 16 64; do
    load create --prefix "c$clients-" --clients $clients --count 5000
    row "creates, $clients clients, committed" ">= 3000/s" "$(of create rate)/s" "$(of create rate) >= 3000"
    cpu=$(of create cpu)
  done
  row "CPU of 1,000 creates" "<= 0.3 s" "$cpu s" "$cpu <= 0.3"
}

measure_single() { # PART BAR WHAT
  local clients
  for clients in 16 64; do
    load "$1" --prefix c64- --count 5000 --clients $clients --seconds "$seconds"
    row "$3, $clients clients" ">= $2/s" "$(of "$1" rate)/s" "$(of "$1" rate) >= $2"
  done
}

measure_list() { # one-, c16- and c64- are there: 11,000
  load list --page 500
  local took
  took=$(awk "BEGIN {printf \"%.3f\", $(of list seconds) / 1.1}")
  row "list of 10,000 devices by pages of 500 (11,000 / 1.1)" "<= 0.4 s" "$took s" "$took <= 0.4"
}

measure_watches() {
  load watch --prefix c64- --count 5000 --watchers 100 --rate 50 --seconds "$seconds"
  row "100 watchers, 50 events/s: delay" "p50 <= 1.5, p99 <= 6 ms" "$(of watch p50) / $(of watch p99) ms" "$(of watch p50) <= 1.5 && $(of watch p99) <= 6"
  load watch --prefix c64- --count 5000 --watchers 1000 --rate 100 --seconds "$seconds"
  row "1,000 watchers, 100 events/s: delay" "p99 <= 100 ms" "$(of watch p50) / $(of watch p99) ms" "$(of watch p99) <= 100"
}

measure_memory() { # DEVICES-IN-ALL DEVICES-MORE BAR
  load create --prefix "m$1-" --clients 32 --count "$2"
  sleep "$settle_seconds"
  row "memory with $1 devices" "<= $3 MB" "$(pss cloud) MB" "$(pss cloud) <= $3"
}

restart_cloud() { # a cloud in a new folder
  end cloud
  rm -rf "$dir/cloud"
  start_first_cloud
  apply_first
}

for program in "$bin/hearth-cloud" "$bin/hearthctl" "$build/bench/bench_api_load"; do
  [ -x "$program" ] || fail "$program is not there; build with -DHEARTH_BENCH=ON"
done
take_ports 27000
start_first_cloud
sleep "$settle_seconds"
row "memory, fresh" "<= 16 MB" "$(pss cloud) MB" "$(pss cloud) <= 16"
idle=$(idle_share)
row "idle: part of a core" "<= 0.5 %" "$idle %" "$idle <= 0.5"
apply_first
measure_creates
measure_list
measure_single get 20000 gets
measure_single patch 3000 "status merge patches, committed"
row "CPU of 1,000 status patches" "<= 0.3 s" "$(of patch cpu) s" "$(of patch cpu) <= 0.3"
measure_watches
restart_cloud
measure_memory 21000 21000 120
[ "$many" -eq 0 ] || measure_memory "$many" $((many - 21000)) $((many * 600 / 100000))
print_table
