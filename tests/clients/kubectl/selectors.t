Label and field selectors.

  $ kubectl create -f - <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: hall, labels: {room: hall, floor: "1"}}
  > spec: {nodeName: edge-1}
  > ---
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: attic, labels: {room: attic, floor: "3"}}
  > spec: {nodeName: edge-2}
  > ---
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: bare}
  > YAML
  device.devices.kubeedge.io/hall created
  device.devices.kubeedge.io/attic created
  device.devices.kubeedge.io/bare created
  $ those() { kubectl get devices -o custom-columns=N:.metadata.name --no-headers "$@" 2>&1 | xargs; }
  $ those -l room=hall
  hall
  $ those -l room==attic,floor=3
  attic
  $ those -l 'room!=hall'
  attic bare
  $ those -l 'room in (hall, attic)'
  attic hall
  $ those -l 'room notin (hall)'
  attic bare
  $ those -l room
  attic hall
  $ those -l '!room'
  bare
  $ those -l 'floor>2' | grep -v error
  attic
  $ those --field-selector metadata.name=attic
  attic
  $ those --field-selector 'metadata.name!=attic'
  bare hall
  $ those --field-selector metadata.namespace=default,spec.nodeName=edge-1
  hall
  $ those --field-selector 'spec.nodeName='
  bare
  $ kubectl get namespaces --field-selector metadata.name=default -o name
  namespace/default
  $ kubectl get devices --field-selector spec.color=red 2>&1 | tail -n 1
  .*field label not supported: spec.color (re)
  $ kubectl get devices -l 'room===' 2>&1 | tail -n 1
  .*: unable to parse requirement: found '=', expected: identifier (re)
  $ kubectl get devices -l 'a b' 2>&1 | tail -n 1
  .*: unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt (re)
