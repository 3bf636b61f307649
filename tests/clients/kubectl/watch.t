Watches show what happens, as rows or as objects.

  $ kubectl create -f - >/dev/null <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: lamp}
  > spec: {nodeName: edge-1}
  > YAML
  $ kubectl get devices -w --no-headers >rows & rows=$!
  $ kubectl get device -w --output-watch-events -o jsonpath='{.type} {.object.metadata.name} {.object.spec.nodeName}{"\n"}' >events & events=$!
  $ kubectl get devices --watch-only -l watched=yes -o name >selected & selected=$!
  $ until_has() { for _ in $(seq 600); do grep -q "$2" $1 && return; sleep 0.05; done; echo "no $2 in $1:"; cat $1; }
  $ until_has rows lamp
  $ until_has events lamp
  $ sleep 0.5
  $ kubectl patch device lamp --type=merge -p '{"spec":{"nodeName":"edge-2"}}'
  device.devices.kubeedge.io/lamp patched
  $ until_has rows edge-2
  $ kubectl label device lamp watched=yes
  device.devices.kubeedge.io/lamp labeled
  $ until_has selected lamp
  $ kubectl delete device lamp >/dev/null
  $ until_has events DELETED
  $ kill $rows $events $selected
  $ wait 2>/dev/null
  $ awk '{print $1, $2}' rows | uniq
  lamp edge-1
  lamp edge-2
  $ uniq events | grep -v 'MODIFIED lamp edge-1'
  ADDED lamp edge-1
  MODIFIED lamp edge-2
  DELETED lamp edge-2
