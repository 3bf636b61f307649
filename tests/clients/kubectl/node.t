Nodes and events: described, cordoned, listed.

  $ printf 'apiVersion: v1\nkind: Node\nmetadata: {name: edge-9, labels: {node-role.kubernetes.io/edge: ""}}\n' | kubectl create -f -
  node/edge-9 created
  $ kubectl get node edge-9 --no-headers | awk '{print $1, $3}'
  edge-9 edge
  $ kubectl describe node edge-9 | grep -E '^(Name|Roles|Unschedulable|Non-terminated Pods|Events):' | tr -s ' ' | cut -d' ' -f1-2
  Name: edge-9
  Roles: edge
  Unschedulable: false
  Non-terminated Pods:
  Events: .* (re)
  $ kubectl cordon edge-9
  node/edge-9 cordoned
  $ kubectl get nodes --field-selector spec.unschedulable=true -o name
  node/edge-9
  $ kubectl taint node edge-9 a=b:NoSchedule
  node/edge-9 tainted
  $ kubectl describe node edge-9 | grep -A 3 ^Taints | grep -c a=b:NoSchedule
  1

  $ kubectl apply -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  device.devices.kubeedge.io/lamp created
  $ kubectl create -f - <<'YAML'
  > apiVersion: v1
  > kind: Event
  > metadata: {name: lamp.1}
  > involvedObject: {apiVersion: devices.kubeedge.io/v1beta1, kind: Device, name: lamp, namespace: default}
  > reason: Switched
  > message: the lamp was switched on
  > type: Normal
  > firstTimestamp: "2026-01-01T00:00:00Z"
  > lastTimestamp: "2026-01-01T00:00:00Z"
  > count: 1
  > source: {component: test}
  > YAML
  event/lamp.1 created
  $ kubectl get events --field-selector reason=Switched --no-headers | tr -s ' ' | cut -d' ' -f2-
  Normal Switched device/lamp the lamp was switched on
  $ kubectl describe device lamp | grep -E '^(Name|Kind|Events):' | tr -s ' '
  Name: lamp
  Kind: Device
  Events:.* (re)
