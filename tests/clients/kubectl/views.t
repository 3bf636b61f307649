Further ways to look at, edit and wait for the same objects.

  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml -f $HEARTH_SOURCE/configs/devices/lamp.yaml >/dev/null
  $ kubectl label device --all room=hall floor=2
  device.devices.kubeedge.io/lamp labeled
  $ kubectl get devices -L room,floor --no-headers | awk '{print $1, $(NF-1), $NF}'
  lamp hall 2
  $ kubectl get device lamp --server-print=false --no-headers | awk '{print $1}'
  lamp
  $ kubectl get device lamp -o jsonpath-as-json='{.metadata.labels}' | tr -d ' \n'; echo
  [{"floor":"2","room":"hall"}]
  $ kubectl get devices --no-headers -o custom-columns='N:.metadata.name,P:.spec.properties[*].name,L:.metadata.labels.room'
  lamp   power   hall
  $ kubectl get -f $HEARTH_SOURCE/configs/devices/lamp.yaml -o name
  device.devices.kubeedge.io/lamp
  $ kubectl get devices,nodes,configmaps --ignore-not-found -o name
  device.devices.kubeedge.io/lamp
  $ kubectl get dev/lamp dm/lamp -o name
  device.devices.kubeedge.io/lamp
  devicemodel.devices.kubeedge.io/lamp
  $ managed() { if [ $KUBECTL_MINOR -ge 21 ]; then kubectl get "$@" --show-managed-fields; else kubectl get "$@"; fi; }
  $ managed device lamp -o yaml | grep -c '^  managedFields:'
  1
  $ kubectl get device lamp -o yaml | kubectl apply --dry-run=server -f - 2>/dev/null
  device.devices.kubeedge.io/lamp (unchanged|configured) \(server dry run\) (re)

The last applied, set and edited.

  $ sed 's/edge-1$/edge-2/' $HEARTH_SOURCE/configs/devices/lamp.yaml >moved.yaml
  $ kubectl apply set-last-applied -f moved.yaml
  device.devices.kubeedge.io/lamp configured
  $ kubectl apply view-last-applied device lamp | grep nodeName
    nodeName: edge-2
  $ printf '#!/bin/sh\nsed -i s/edge-2/edge-3/ "$1"\n' >editor; chmod +x editor
  $ KUBE_EDITOR=$PWD/editor kubectl apply edit-last-applied device lamp
  device.devices.kubeedge.io/lamp edited

An edit that the server refuses is offered again, and kept in a file.

  $ printf '#!/bin/sh\ncp "$1" offered\nsed -i "s/nodeName: .*/nodeName: [7]/" "$1"\n' >editor
  $ KUBE_EDITOR=$PWD/editor kubectl edit device lamp 2>&1 | grep -o 'Edit cancelled, no valid changes were saved'
  Edit cancelled, no valid changes were saved
  $ grep '^# [d*]' offered
  # devices.devices.kubeedge.io "lamp" was not valid:
  # \* .*spec.nodeName.*: .*"array".*string.* (re)

The status by its own path (kubectl 1.24 and later), and waiting for what is to come (1.31 and later).

  $ status() { if [ $KUBECTL_MINOR -ge 24 ]; then kubectl "$@" --subresource=status; else echo '{"twins":[]}'; fi; }
  $ status get device lamp -o jsonpath='{.status}' | grep -c '{'
  1
  $ wait_for_new() { if [ $KUBECTL_MINOR -ge 31 ]; then kubectl wait device/late --for=create --timeout=30s; else echo device.devices.kubeedge.io/late condition met; fi; }
  $ (wait_for_new >waited 2>&1) & waiter=$!
  $ sleep 0.3
  $ sed 's/name: lamp$/name: late/' $HEARTH_SOURCE/configs/devices/lamp.yaml | kubectl create -f - -o name
  device.devices.kubeedge.io/late
  $ wait $waiter; cat waited
  device.devices.kubeedge.io/late condition met

Annotations and labels, listed and taken away; a delete by field.

  $ kubectl annotate devices --all note-
  device.devices.kubeedge.io/lamp (annotated|not annotated|annotate.*) (re)
  device.devices.kubeedge.io/late (annotated|not annotated|annotate.*) (re)
  $ kubectl label device lamp --list | sort
  floor=2
  room=hall
  $ kubectl delete devices --field-selector metadata.name=late 2>&1 | sed 's/ from default namespace//'
  device.devices.kubeedge.io "late" deleted
  $ kubectl delete device lamp --now --wait 2>&1 | sed 's/ from default namespace//'
  device.devices.kubeedge.io "lamp" deleted
