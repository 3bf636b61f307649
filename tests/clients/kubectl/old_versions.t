KubeEdge's v1alpha2 manifests are taken, and read back in both versions.

  $ kubectl apply -f - <<'YAML'
  > apiVersion: devices.kubeedge.io/v1alpha2
  > kind: DeviceModel
  > metadata: {name: lamp}
  > spec:
  >   properties:
  >   - {name: power, description: the switch, type: {string: {accessMode: ReadWrite, defaultValue: "OFF"}}}
  > ---
  > apiVersion: devices.kubeedge.io/v1alpha2
  > kind: Device
  > metadata: {name: lamp}
  > spec:
  >   deviceModelRef: {name: lamp}
  >   nodeSelector:
  >     nodeSelectorTerms:
  >     - matchExpressions: [{key: "", operator: In, values: [edge-1]}]
  >   protocol: {modbus: {slaveID: 1}}
  > status:
  >   twins: [{propertyName: power, desired: {value: "ON"}}]
  > YAML
  devicemodel.devices.kubeedge.io/lamp created
  device.devices.kubeedge.io/lamp created
  $ kubectl get devicemodels.v1beta1.devices.kubeedge.io lamp -o jsonpath='{.apiVersion} {.spec.properties[0].type} {.spec.properties[0].accessMode}{"\n"}'
  devices.kubeedge.io/v1beta1 STRING ReadWrite
  $ kubectl get devicemodels.v1alpha2.devices.kubeedge.io lamp -o jsonpath='{.apiVersion} {.spec.properties[0].type.string.accessMode}{"\n"}'
  devices.kubeedge.io/v1alpha2 ReadWrite
  $ kubectl get devices.v1beta1.devices.kubeedge.io lamp -o jsonpath='{.spec.nodeName} {.spec.protocol.protocolName}{"\n"}'
  edge-1 modbus
  $ kubectl get devices.v1alpha2.devices.kubeedge.io lamp -o jsonpath='{.spec.nodeSelector.nodeSelectorTerms[0].matchExpressions[0].values[0]}{"\n"}'
  edge-1
