# SPDX-License-Identifier: Apache-2.0
# For the scripts of this folder, which source it with `me` (their name) and `build` (the build folder) set: a temporary
# folder `dir`, the parts of a Hearth started in it on free ports by name, and all of it gone at the script's end.
bin=$build/bin
dir=$(mktemp -d "${TMPDIR:-/tmp}/hearth-$me.XXXXXX")
declare -A pid=()

fail() {
  printf '%s\n' "$me: $*" >&2
  tail -n 5 "$dir"/*.log >&2 || true
  exit 1
}

end() { # NAME
  [ -n "${pid[$1]:-}" ] || return 0
  kill "${pid[$1]}" 2>/dev/null || true
  wait "${pid[$1]}" 2>/dev/null || true
  unset "pid[$1]"
}

stop() {
  local status=$? name
  trap - EXIT INT TERM
  for name in host cloud broker; do end "$name"; done
  rm -rf "$dir"
  exit $status
}
trap stop EXIT
trap 'exit 130' INT TERM

start() { # NAME COMMAND…
  local name=$1
  shift
  "$@" >>"$dir/$name.log" 2>&1 &
  pid[$name]=$!
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  printf '%s' "$port"
}

take_ports() { # FROM
  api_port=$(free_port $(($1 + 443))) hub_port=$(free_port $(($1 + 500))) cert_port=$(free_port $(($1 + 600)))
  broker_port=$(free_port $(($1 + 700))) http_port=$(free_port $(($1 + 800)))
}

wait_until() { # SECONDS WHAT COMMAND…
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $limit ] || fail "$what did not come about in time"
    sleep 0.05
  done
}

start_cloud() {
  start cloud "$bin/hearth-cloud" --data-dir "$dir/cloud" --api-listen "127.0.0.1:$api_port" \
    --hub-listen "127.0.0.1:$hub_port" --cert-listen "127.0.0.1:$cert_port"
}

# Until it answers; sets KUBECONFIG and `token`.
start_first_cloud() {
  start_cloud
  export KUBECONFIG=$dir/cloud/kubeconfig
  wait_until 20 "the cloud's API" "$bin/hearthctl" get devices
  token=$("$bin/hearth-cloud" token --data-dir "$dir/cloud" 2>/dev/null | tail -n 1)
}

start_host_with() { # BROKER [ARGUMENT…]
  local broker=$1
  shift
  start host "$bin/hearth-host" --node-name edge-1 --data-dir "$dir/edge" --hub "wss://127.0.0.1:$hub_port" \
    --cert-url "https://127.0.0.1:$cert_port" --token "$token" --broker "$broker" --http-listen "127.0.0.1:$http_port" "$@"
}
