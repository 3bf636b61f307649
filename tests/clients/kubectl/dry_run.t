A dry run on the server checks everything and keeps nothing.

  $ kubectl create --dry-run=server -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created (server dry run)
  $ kubectl get devicemodels
  No resources found in default namespace.
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created
  $ kubectl get devicemodel lamp -o jsonpath='{.metadata.resourceVersion}' >before
  $ kubectl apply --dry-run=server -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp unchanged (server dry run)
  $ kubectl label --dry-run=server devicemodel lamp a=b
  devicemodel.devices.kubeedge.io/lamp labeled( \(server dry run\))? (re)
  $ kubectl patch --dry-run=server devicemodel lamp --type=merge -p '{"spec":{"protocol":"modbus"}}' -o jsonpath='{.spec.protocol}{"\n"}'
  modbus
  $ kubectl delete --dry-run=server devicemodel lamp 2>&1 | sed 's/ from default namespace//'
  devicemodel.devices.kubeedge.io "lamp" deleted (server dry run)
  $ kubectl get devicemodel lamp -o jsonpath='{.metadata.resourceVersion}' | diff before -
  $ kubectl patch --dry-run=server devicemodel lamp --type=merge -p '{"spec":{"properties":[{"name":"x","type":"COLOR"}]}}'
  The DeviceModel "lamp" is invalid: spec.properties[0].type: Unsupported value: "COLOR": supported values: "INT", "FLOAT", "DOUBLE", "STRING", "BOOLEAN", "BYTES", "STREAM"
  [1]
