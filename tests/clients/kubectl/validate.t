What a manifest may not hold: refused with the field, or told of in a warning.

  $ cat >lamp.yaml <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: lamp}
  > spec: {nodeName: edge-1, colour: red}
  > YAML
  $ [ $KUBECTL_MINOR -ge 25 ] || exit 80
  $ kubectl create -f lamp.yaml
  Error from server (BadRequest): error when creating "lamp.yaml": Device in version "v1beta1" cannot be handled as a Device: strict decoding error: unknown field "spec.colour"
  [1]
  $ kubectl create --validate=warn -f lamp.yaml
  Warning: unknown field "spec.colour"
  device.devices.kubeedge.io/lamp created
  $ kubectl delete device lamp >/dev/null
  $ kubectl create --validate=ignore -f lamp.yaml
  device.devices.kubeedge.io/lamp created
  $ kubectl get device lamp -o jsonpath='[{.spec.colour}]{"\n"}'
  []
  $ kubectl patch device lamp --type=merge -p '{"spec":{"zz":1}}'
  Warning: unknown field "spec.zz"
  device.devices.kubeedge.io/lamp patched (no change)

Wrong types, values and names are named, all together.

  $ sed 's/edge-1, colour: red/7, properties: [{name: power, desired: {}}]/' lamp.yaml | kubectl replace -f -
  The Device "lamp" is invalid: 
  * spec.nodeName: Invalid value: "integer": spec.nodeName in body must be of type string: "integer"
  * spec.properties[0].desired.value: Required value
  [1]
  $ sed 's/lamp/Lamp/; s/, colour: red//' lamp.yaml | kubectl create -f - 2>&1
  The Device "Lamp" is invalid: metadata.name: Invalid value: "Lamp": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
  [1]
  $ sed 's/v1beta1/v9/' lamp.yaml | kubectl create -f - 2>&1 | head -n 1
  error: resource mapping not found for name: "lamp" namespace: "" from "STDIN": no matches for kind "Device" in version "devices.kubeedge.io/v9"
  $ sed 's/lamp}/bulb, namespace: nowhere}/; s/, colour: red//' lamp.yaml | kubectl create -f -
  Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found
  [1]
