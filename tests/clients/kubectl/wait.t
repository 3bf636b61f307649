Waiting for values, conditions and the end of an object.

  $ kubectl create -f - >/dev/null <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: lamp}
  > spec: {nodeName: edge-1}
  > YAML
  $ cat >node.yaml <<'YAML'
  > apiVersion: v1
  > kind: Node
  > metadata: {name: edge-9}
  > YAML
  $ kubectl create -f node.yaml >/dev/null

By a value (kubectl 1.23 and later).

  $ wait_for_value() { if [ $KUBECTL_MINOR -ge 23 ]; then kubectl wait device/lamp "--for=jsonpath={.spec.nodeName}=$1" --timeout=$2; else echo "not met: $1"; fi; }
  $ (wait_for_value edge-2 30s >waited) & waiter=$!
  $ sleep 0.3
  $ kubectl patch device lamp --type=merge -p '{"spec":{"nodeName":"edge-2"}}'
  device.devices.kubeedge.io/lamp patched
  $ wait $waiter; cat waited
  (device.devices.kubeedge.io/lamp condition met|not met: edge-2) (re)
  $ wait_for_value edge-3 1s 2>&1 | sed 's/^error: //'
  (timed out waiting for the condition on devices/lamp|not met: edge-3) (re)

By a condition, of a custom kind and of a node.

  $ kubectl wait device/lamp --for=condition=Synced=false --timeout=30s
  device.devices.kubeedge.io/lamp condition met
  $ kubectl wait device/lamp --for=condition=Synced --timeout=0s 2>&1 | sed 's/^error: //'
  (timed out waiting for the condition on devices/lamp|condition not met for devices/lamp) (re)
  $ kubectl wait node/edge-9 --for=condition=Ready --timeout=1s 2>&1 | sed 's/^error: //'
  timed out waiting for the condition on nodes/edge-9

By the end of it.

  $ (kubectl wait device/lamp --for=delete --timeout=30s >gone 2>&1) & waiter=$!
  $ sleep 0.3
  $ kubectl delete device lamp
  device.devices.kubeedge.io "lamp" deleted( from default namespace)? (re)
  $ wait $waiter; cat gone
  device.devices.kubeedge.io/lamp condition met
