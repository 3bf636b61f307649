Server-side apply: managers own fields, conflicts name them, and force takes over.

  $ cat >lamp.yaml <<'YAML'
  > apiVersion: devices.kubeedge.io/v1beta1
  > kind: Device
  > metadata: {name: lamp}
  > spec: {nodeName: edge-1, deviceModelRef: {name: lamp}}
  > YAML
  $ kubectl apply --server-side --field-manager=gitops -f lamp.yaml
  device.devices.kubeedge.io/lamp serverside-applied
  $ kubectl get device lamp -o jsonpath='{.metadata.generation}{"\n"}'
  1
  $ kubectl apply --server-side --field-manager=gitops -f lamp.yaml
  device.devices.kubeedge.io/lamp serverside-applied
  $ kubectl get device lamp -o jsonpath='{.metadata.generation}{"\n"}'
  1
  $ sed 's/edge-1/edge-2/' lamp.yaml >moved.yaml
  $ kubectl apply --server-side --field-manager=other -f moved.yaml 2>&1 | head -n 1
  error: Apply failed with 1 conflict: conflict with "gitops": .spec.nodeName
  $ kubectl apply --server-side --field-manager=other --force-conflicts -f moved.yaml
  device.devices.kubeedge.io/lamp serverside-applied
  $ kubectl get device lamp -o jsonpath='{.spec.nodeName}{"\n"}'
  edge-2
  $ kubectl get device lamp -o jsonpath='{range .metadata.managedFields[?(@.operation=="Apply")]}{.manager}{"\n"}{end}' | sort
  gitops
  other

Several conflicts at once are a list.

  $ sed 's/edge-1/edge-3/; s/{name: lamp}}$/{name: dimmer}}/' lamp.yaml | kubectl apply --server-side --field-manager=third -f - 2>&1 | head -n 6 | grep -v '^Please'
  error: Apply failed with 3 conflicts: conflicts with "gitops":
  - .spec.deviceModelRef.name
  conflicts with "other":
  - .spec.deviceModelRef.name
  - .spec.nodeName

A field that its only manager drops goes.

  $ sed 's/nodeName: edge-1, //' lamp.yaml | kubectl apply --server-side --field-manager=other -f -
  device.devices.kubeedge.io/lamp serverside-applied
  $ kubectl get device lamp -o jsonpath='[{.spec.nodeName}]{"\n"}'
  []
