#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: case.sh BUILD CLIENTS CLIENT FILE [CASE]: runs one case of the matrix against a hearth-cloud of its own.
# Status: 0 passed, 77 skipped (says why), others failed.
set -euo pipefail

build=$(realpath "$1") clients=$(realpath -m "$2") client=$3 file=$(realpath "$4") name=${5:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/hearth-client.XXXXXX")
cloud=

finish() {
  local status=$?
  trap - EXIT
  if [ -n "$cloud" ]; then kill "$cloud" 2>/dev/null; wait "$cloud" || true; fi
  if [ $status != 0 ] && [ $status != 77 ]; then cat "$work/cloud.log"; fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

skip() {
  echo "SKIPPED: $*"
  exit 77
}

# The program of the client, or the reason why there is none.
find_client() {
  case $client in
    kubectl-on-path) command -v kubectl || skip "no kubectl on PATH (apt-get install kubernetes-client)" ;;
    python) echo /usr/bin/python3 ;;
    javascript) [ -d "$clients/javascript" ] && command -v node || skip_missing javascript ;;
    *) [ -x "$clients/$client" ] && echo "$clients/$client" || skip_missing "$client" ;;
  esac
}

skip_missing() {
  skip "$(cat "$clients/$1.missing" 2>/dev/null || echo "$1 was not fetched (tests/clients/fetch.sh)")"
}

start_cloud() {
  # Ends with this script, however that ends.
  setpriv --pdeathsig KILL "$build/bin/hearth-cloud" --data-dir "$work/cloud" --api-listen 127.0.0.1:0 \
    --hub-listen 127.0.0.1:0 --cert-listen 127.0.0.1:0 >"$work/cloud.log" 2>&1 &
  cloud=$!
  local tries=0
  until grep -qs 'hub on wss' "$work/cloud.log"; do
    kill -0 "$cloud" && [ $((tries += 1)) -lt 1200 ] || { echo "the cloud did not come up" >&2; exit 1; }
    sleep 0.05
  done
}

# Cram compares what the commands of a transcript print with what stands below them; it skips on status 80.
run_transcript() {
  local minor
  mkdir "$work/bin"
  ln -s "$program" "$work/bin/kubectl"
  minor=$("$program" version --client -o json | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p')
  cp "$file" "$work/$(basename "$file")"
  PATH=$work/bin:$PATH KUBECTL_MINOR=$minor cram3 --shell=bash --indent=2 "$work/$(basename "$file")" 2>&1 |
    tee "$work/cram.log"
  ! grep -q ', 1 skipped' "$work/cram.log" || skip "kubectl 1.$minor does not have this"
}

if ! program=$(find_client); then
  echo "$program"
  exit 77
fi
start_cloud
HEARTH_SOURCE=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
export HEARTH_SOURCE HOME=$work KUBECONFIG=$work/cloud/kubeconfig
cd "$work"
case $client in
  python) PYTHONPATH=$(dirname "$file") PYTHONDONTWRITEBYTECODE=1 "$program" "$file" "$name" ;;
  javascript) ln -s "$clients/javascript/node_modules" "$work/node_modules" && cp "$(dirname "$file")"/*.mjs "$work" &&
    "$program" "$work/$(basename "$file")" "$name" ;;
  *) run_transcript ;;
esac
