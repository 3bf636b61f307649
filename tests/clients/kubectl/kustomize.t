apply -k, apply of a folder, and sets of objects that are replaced, deleted and waited for as one.

  $ mkdir hall
  $ cp $HEARTH_SOURCE/configs/models/lamp.yaml hall/model.yaml
  $ cp $HEARTH_SOURCE/configs/devices/lamp.yaml hall/device.yaml
  $ cat >hall/kustomization.yaml <<'YAML'
  > resources: [model.yaml, device.yaml]
  > namespace: hall
  > commonLabels: {room: hall}
  > configMapGenerator:
  > - {name: settings, literals: [a=1]}
  > generatorOptions: {disableNameSuffixHash: true}
  > YAML
  $ kubectl create namespace hall
  namespace/hall created
  $ kubectl apply -k hall 2>/dev/null | sort
  configmap/settings created
  device.devices.kubeedge.io/lamp created
  devicemodel.devices.kubeedge.io/lamp created
  $ kubectl apply -k hall 2>/dev/null | sort
  configmap/settings unchanged
  device.devices.kubeedge.io/lamp unchanged
  devicemodel.devices.kubeedge.io/lamp unchanged
  $ kubectl diff -k hall 2>/dev/null
  $ sed -i 's/a=1/a=2/' hall/kustomization.yaml
  $ kubectl diff -k hall 2>/dev/null | grep -E '^[-+] .*a:'
  -  a: "1"
  +  a: "2"
  $ kubectl apply view-last-applied configmap settings -n hall | grep -A 1 ^data
  data:
    a: "1"
  $ kubectl apply -k hall 2>/dev/null | sort
  configmap/settings configured
  device.devices.kubeedge.io/lamp unchanged
  devicemodel.devices.kubeedge.io/lamp unchanged
  $ kubectl get device,devicemodel,configmap -n hall -l room=hall -o name
  device.devices.kubeedge.io/lamp
  devicemodel.devices.kubeedge.io/lamp
  configmap/settings
  $ kubectl delete -k hall 2>/dev/null | sed 's/ from hall namespace//' | sort
  configmap "settings" deleted
  device.devices.kubeedge.io "lamp" deleted
  devicemodel.devices.kubeedge.io "lamp" deleted

A folder, by server-side apply.

  $ kubectl apply --server-side -R -f $HEARTH_SOURCE/configs/models -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  devicemodel.devices.kubeedge.io/dimmer serverside-applied
  devicemodel.devices.kubeedge.io/gpio-light serverside-applied
  devicemodel.devices.kubeedge.io/lamp serverside-applied
  devicemodel.devices.kubeedge.io/thermometer serverside-applied
  device.devices.kubeedge.io/lamp serverside-applied
  $ kubectl apply --server-side --dry-run=server -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  device.devices.kubeedge.io/lamp serverside-applied (server dry run)
  $ kubectl diff --server-side -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  $ sed 's/edge-1$/edge-2/' $HEARTH_SOURCE/configs/devices/lamp.yaml | kubectl diff --server-side -f - | grep -E '^[-+] .*nodeName'
  -  nodeName: edge-1
  +  nodeName: edge-2
  $ kubectl get devices lamp nothing -o name
  device.devices.kubeedge.io/lamp
  Error from server (NotFound): devices.devices.kubeedge.io "nothing" not found
  [1]
