What the controller says of a device: get events, kubectl events (1.23 and later), describe.

  $ kubectl apply -f $HEARTH_SOURCE/configs/devices/lamp.yaml
  device.devices.kubeedge.io/lamp created
  $ kubectl wait device/lamp --for=condition=ModelReady=false --timeout=30s
  device.devices.kubeedge.io/lamp condition met
  $ until_told() { for _ in $(seq 600); do kubectl get events "$@" 2>/dev/null | grep -q device/ && return; sleep 0.05; done; echo "no event: $*"; }
  $ until_told --field-selector reason=ModelMissing,involvedObject.name=lamp
  $ kubectl get events --field-selector reason=ModelMissing --no-headers | tr -s ' ' | cut -d' ' -f2-
  Warning ModelMissing device/lamp ModelReady: DeviceModel lamp does not exist in the device's namespace
  $ kubectl get events -o wide | head -n 1 | tr -s ' '
  LAST SEEN TYPE REASON OBJECT SUBOBJECT SOURCE MESSAGE FIRST SEEN COUNT NAME
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created
  $ until_told --field-selector reason=ModelFound,type=Normal
  $ kubectl get events --sort-by=.metadata.creationTimestamp --no-headers | grep -o -E 'Model(Missing|Found)' | sort
  ModelFound
  ModelMissing
  $ kubectl get events.v1.events.k8s.io --no-headers | grep -c -E 'Model(Missing|Found)'
  2
  $ kubectl get events --field-selector involvedObject.name=bulb
  No resources found in default namespace.
  $ kubectl describe device lamp | grep -E '^ +(Warning|Normal) +Model' | tr -s ' ' | cut -d' ' -f2-3,5-6 | sort
  Normal ModelFound device-controller ModelReady:
  Warning ModelMissing device-controller ModelReady:

Counted up by a recorder's strategic patch, as client-go sends it.

  $ event=$(kubectl get events --field-selector reason=ModelFound -o name)
  $ kubectl patch $event -p '{"count":2,"lastTimestamp":"2030-01-01T00:00:00Z"}' >/dev/null
  $ kubectl get $event -o jsonpath='{.count} {.reason}{"\n"}'
  2 ModelFound

The command made for it.

  $ told() { if [ $KUBECTL_MINOR -ge 26 ]; then kubectl events "$@"; else kubectl get events --field-selector type=Warning; fi; }
  $ told --for device/lamp --types Warning | grep -c 'ModelMissing.*evice/lamp'
  1
