The ways to print what there is.

  $ kubectl apply -f $HEARTH_SOURCE/configs/models -f $HEARTH_SOURCE/configs/devices/lamp.yaml -f $HEARTH_SOURCE/configs/devices/thermometer.yaml >/dev/null
  $ kubectl get devices
  NAME          NODE     MODEL         PROTOCOL   STATE   VALUES   AGE
  lamp          edge-1   lamp          virtual                     [0-9]+s (re)
  thermometer   edge-1   thermometer   virtual                     [0-9]+s (re)
  $ kubectl get dev lamp -o wide
  NAME   NODE     MODEL   PROTOCOL   STATE   VALUES   AGE
  lamp   edge-1   lamp    virtual                     [0-9]+s (re)
  $ kubectl get devices -A --no-headers
  default   lamp          edge-1   lamp          virtual               [0-9]+s (re)
  default   thermometer   edge-1   thermometer   virtual               [0-9]+s (re)
  $ kubectl get device,devicemodel -o name
  device.devices.kubeedge.io/lamp
  device.devices.kubeedge.io/thermometer
  devicemodel.devices.kubeedge.io/dimmer
  devicemodel.devices.kubeedge.io/gpio-light
  devicemodel.devices.kubeedge.io/lamp
  devicemodel.devices.kubeedge.io/thermometer
  $ kubectl get devices --show-labels
  NAME          NODE     MODEL         PROTOCOL   STATE   VALUES   AGE   LABELS
  lamp          edge-1   lamp          virtual                     [0-9]+s    <none> (re)
  thermometer   edge-1   thermometer   virtual                     [0-9]+s    <none> (re)
  $ kubectl get devices.v1beta1.devices.kubeedge.io lamp -o yaml | sed -n '/^spec:/,/^status:/p'
  spec:
    deviceModelRef:
      name: lamp
    nodeName: edge-1
    properties:
    - collectCycle: 500
      desired:
        value: "OFF"
      name: power
      reportCycle: 500
      reportToCloud: true
      visitors:
        configData:
          initial: "OFF"
        protocolName: virtual
    protocol:
      protocolName: virtual
  status:
  $ kubectl get device lamp -o json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["kind"], d["apiVersion"], d["metadata"]["generation"])'
  Device devices.kubeedge.io/v1beta1 1
  $ kubectl get devices -o json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["kind"], d["apiVersion"], [i["metadata"]["name"] for i in d["items"]])'
  List v1 ['lamp', 'thermometer']
  $ kubectl get devices -o jsonpath='{range .items[*]}{.metadata.name}={.spec.properties[0].name}{"\n"}{end}'
  lamp=power
  thermometer=temperature
  $ kubectl get devices -o custom-columns=NAME:.metadata.name,MODEL:.spec.deviceModelRef.name
  NAME          MODEL
  lamp          lamp
  thermometer   thermometer
  $ kubectl get devices -o go-template='{{range .items}}{{.spec.nodeName}} {{end}}{{"\n"}}'
  edge-1 edge-1 
  $ kubectl get devices --sort-by=.spec.deviceModelRef.name --no-headers -o custom-columns=N:.metadata.name
  lamp
  thermometer
  $ kubectl get devices --sort-by=.metadata.creationTimestamp -o name | wc -l
  2
  $ kubectl get device nothing
  Error from server (NotFound): devices.devices.kubeedge.io "nothing" not found
  [1]
  $ kubectl get device nothing --ignore-not-found
  $ kubectl get devices -n nowhere
  No resources found in nowhere namespace.
  $ kubectl get gadgets
  error: the server doesn't have a resource type "gadgets"
  [1]
