What the shell completes (kubectl 1.22 and later ask the server): kinds, names, namespaces, words of a kind.

  $ [ $KUBECTL_MINOR -ge 22 ] || exit 80
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml -f $HEARTH_SOURCE/configs/devices/lamp.yaml >/dev/null
  $ complete() { kubectl __complete "$@" 2>/dev/null | grep -v ^:; }
  $ complete get devi
  devicemodels.devices.kubeedge.io
  devices.devices.kubeedge.io
  $ complete get devices ''
  lamp
  $ complete get dev la
  lamp
  $ complete describe devicemodels.devices.kubeedge.io ''
  lamp
  $ complete delete dm ''
  lamp
  $ complete edit device/
  device/lamp
  $ complete get -n kube
  kube-node-lease
  kube-public
  kube-system
  $ complete config use-context ''
  hearth
