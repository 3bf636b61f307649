Client-side apply creates, tells what is unchanged, and sends the difference only.

  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created
  device.devices.kubeedge.io/lamp created
  $ version() { kubectl get $1 -o jsonpath="{.metadata.resourceVersion}"; }
  $ version devicemodel/lamp >before
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp unchanged
  device.devices.kubeedge.io/lamp unchanged
  $ version devicemodel/lamp | diff before -
  $ sed 's/edge-1$/edge-2/' $HEARTH_SOURCE/configs/devices/lamp.yaml >moved.yaml
  $ kubectl apply -f moved.yaml
  device.devices.kubeedge.io/lamp configured
  $ kubectl get device lamp -o jsonpath='{.spec.nodeName} {.metadata.generation}{"\n"}'
  edge-2 2

A field that the manifest no longer has goes.

  $ grep -v nodeName: moved.yaml | kubectl apply -f -
  device.devices.kubeedge.io/lamp configured
  $ kubectl get device lamp -o jsonpath='[{.spec.nodeName}]{"\n"}'
  []

Built-in kinds are patched strategically.

  $ cat >settings.yaml <<'YAML'
  > apiVersion: v1
  > kind: ConfigMap
  > metadata: {name: settings}
  > data: {a: "1", b: "2"}
  > YAML
  $ kubectl apply -f settings.yaml
  configmap/settings created
  $ kubectl apply -f settings.yaml
  configmap/settings unchanged
  $ sed 's/, b: "2"//' settings.yaml | kubectl apply -f -
  configmap/settings configured
  $ kubectl get configmap settings -o jsonpath='{.data}{"\n"}'
  {"a":"1"}
