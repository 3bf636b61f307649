Deletes: at once, held by finalizers, by each way of propagation, all of a kind.

  $ kubectl version >/dev/null 2>&1
  $ device() { printf 'apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: %s%s}\n' "$1" "${2:-}" | kubectl create -f - >/dev/null; }
  $ delete() { kubectl delete "$@" 2>&1 | sed 's/ from default namespace//'; }
  $ device lamp
  $ delete device lamp
  device.devices.kubeedge.io "lamp" deleted
  $ delete device lamp
  Error from server (NotFound): devices.devices.kubeedge.io "lamp" not found
  $ delete device lamp --ignore-not-found

A finalizer holds the object until it is taken away.

  $ device held ', finalizers: [example.org/held]'
  $ delete device held --wait=false
  device.devices.kubeedge.io "held" deleted
  $ kubectl get device held -o jsonpath='{.metadata.deletionTimestamp} {.metadata.finalizers} {.metadata.generation}{"\n"}'
  20..-..-..T..:..:..Z \["example.org/held"\] 2 (re)
  $ kubectl patch device held --type=merge -p '{"metadata":{"finalizers":["example.org/held","a.b/new"]}}'
  The Device "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/new"}
  [1]
  $ (sleep 0.5; kubectl patch device held --type=merge -p '{"metadata":{"finalizers":null}}' >/dev/null) &
  $ delete device held --timeout=20s
  device.devices.kubeedge.io "held" deleted
  $ kubectl get device held
  Error from server (NotFound): devices.devices.kubeedge.io "held" not found
  [1]

By label, all of them, and a whole namespace.

  $ device other ', labels: {a: b}'
  $ delete device -l a=b
  device.devices.kubeedge.io "other" deleted
  $ device other
  $ delete devices --all | sort
  device.devices.kubeedge.io "other" deleted
  $ kubectl create namespace house
  namespace/house created
  $ device lamp ', namespace: house'
  $ delete namespace house
  namespace "house" deleted
  $ kubectl get devices -A
  No resources found
