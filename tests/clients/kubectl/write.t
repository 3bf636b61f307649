Create, replace, edit, patch, label, annotate.

  $ cat >lamp.yaml <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: lamp, labels: {room: hall}}
  > spec:
  >   nodeName: edge-1
  >   properties: [{name: power, desired: {value: "OFF"}}]
  > YAML
  $ kubectl create -f lamp.yaml
  device.devices.kubeedge.io/lamp created
  $ kubectl create -f lamp.yaml
  Error from server (AlreadyExists): error when creating "lamp.yaml": devices.devices.kubeedge.io "lamp" already exists
  [1]
  $ sed 's/name: lamp/generateName: lamp-/' lamp.yaml | kubectl create -f - -o name
  device.devices.kubeedge.io/lamp-[bcdfghjklmnpqrstvwxz2456789]{5} (re)
  $ sed 's/edge-1/edge-2/' lamp.yaml | kubectl replace -f -
  device.devices.kubeedge.io/lamp replaced
  $ kubectl get device lamp -o jsonpath='{.spec.nodeName} {.metadata.generation}{"\n"}'
  edge-2 2
  $ kubectl replace --force -f lamp.yaml | sed 's/ from default namespace//'
  device.devices.kubeedge.io "lamp" deleted
  device.devices.kubeedge.io/lamp replaced
  $ printf '#!/bin/sh\nsed -i s/edge-1/edge-5/ "$1"\n' >editor; chmod +x editor
  $ KUBE_EDITOR=$PWD/editor kubectl edit device lamp
  device.devices.kubeedge.io/lamp edited
  $ KUBE_EDITOR=true kubectl edit device lamp
  Edit cancelled, no changes made.

Patches of three types.

  $ kubectl patch device lamp --type=merge -p '{"spec":{"nodeName":"edge-6"}}'
  device.devices.kubeedge.io/lamp patched
  $ kubectl patch device lamp --type=merge -p '{"spec":{"nodeName":"edge-6"}}'
  device.devices.kubeedge.io/lamp patched (no change)
  $ kubectl patch device lamp --type=json -p '[{"op":"test","path":"/spec/nodeName","value":"edge-6"},{"op":"replace","path":"/spec/properties/0/desired/value","value":"ON"}]'
  device.devices.kubeedge.io/lamp patched
  $ kubectl patch device lamp --type=json -p '[{"op":"test","path":"/spec/nodeName","value":"edge-7"}]'
  The request is invalid(: the server rejected our request due to an error in our request)? (re)
  [1]
  $ kubectl patch device lamp -p '{"spec":{"nodeName":"edge-8"}}'
  (error: application/strategic-merge-patch\+json is not supported by devices.kubeedge.io/v1beta1, Kind=Device|Error from server \(UnsupportedMediaType\)): the body of the request was in an unknown format - accepted media types include: application/json-patch\+json, application/merge-patch\+json, application/apply-patch\+yaml (re)
  [1]
  $ kubectl patch namespace default -p '{"metadata":{"labels":{"a":"b"}}}'
  namespace/default patched
  $ kubectl get device lamp -o jsonpath='{.spec.nodeName} {.spec.properties[0].desired.value}{"\n"}'
  edge-6 ON
  $ kubectl patch device lamp --type=merge -p '{"metadata":{"resourceVersion":"1"},"spec":{"nodeName":"edge-7"}}'
  Error from server (Conflict): Operation cannot be fulfilled on devices.devices.kubeedge.io "lamp": the object has been modified; please apply your changes to the latest version and try again
  [1]

The status has a path of its own (--subresource: kubectl 1.24 and later).

  $ [ $KUBECTL_MINOR -lt 24 ] || kubectl patch device lamp --type=merge --subresource=status -p '{"status":{"twins":[{"propertyName":"power","reported":{"value":"ON"}}]},"spec":{"nodeName":"lost"}}' >/dev/null
  $ kubectl get device lamp -o jsonpath='{.spec.nodeName} {.status.twins[0].reported.value}{"\n"}'
  edge-6 (ON)? (re)

Labels and annotations.

  $ kubectl label device lamp floor=2
  device.devices.kubeedge.io/lamp labeled
  $ kubectl label device lamp floor=3
  error: 'floor' already has a value (2), and --overwrite is false
  [1]
  $ kubectl label device lamp --overwrite floor=3 room-
  device.devices.kubeedge.io/lamp (un)?labeled (re)
  $ kubectl annotate device lamp note='the big one'
  device.devices.kubeedge.io/lamp annotated
  $ kubectl get device lamp -o jsonpath='{.metadata.labels} {.metadata.annotations.note}{"\n"}'
  {"floor":"3"} the big one
  $ kubectl label --overwrite device lamp floor=-x-
  (The Device "lamp" is invalid: metadata.labels: Invalid value: "-x-": .*|error: invalid label value: "floor=-x-": a valid label must be .*) (re)
  [1]
