Differences are printed and told by the exit status: 0 none, 1 some.

  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml
  devicemodel.devices.kubeedge.io/lamp created
  $ kubectl diff -f $HEARTH_SOURCE/configs/models/lamp.yaml
  $ sed "s/ON or OFF/on or off/" $HEARTH_SOURCE/configs/models/lamp.yaml >changed.yaml
  $ kubectl diff -f changed.yaml >difference
  [1]
  $ grep -E '^[-+] ' difference | grep -Ev 'generation|time:'
  -    description: The lamp's switch. ON or OFF.
  +    description: The lamp's switch. on or off.
  $ kubectl diff -f $HEARTH_SOURCE/configs/models/dimmer.yaml | grep '^+  name:'
  +  name: dimmer
  $ kubectl get devicemodels -o name
  devicemodel.devices.kubeedge.io/lamp
  $ kubectl diff --server-side -f $HEARTH_SOURCE/configs/models/dimmer.yaml >difference
  [1]
