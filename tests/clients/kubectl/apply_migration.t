From client-side to server-side without a conflict (kubectl 1.26 and later).

  $ [ $KUBECTL_MINOR -ge 26 ] || exit 80
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created
  $ kubectl apply --server-side -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp serverside-applied
  $ kubectl apply --server-side -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp serverside-applied
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml 2>&1 | tail -n 1
  devicemodel.devices.kubeedge.io/lamp (unchanged|configured) (re)
