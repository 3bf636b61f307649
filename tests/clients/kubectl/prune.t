Apply with pruning deletes what the manifests no longer have.

  $ two() { sed "s/name: lamp$/name: lamp\n  labels: {set: mine}/" $HEARTH_SOURCE/configs/models/lamp.yaml; echo ---; printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {set: mine}}\n'; }
  $ two | kubectl apply -f -
  devicemodel.devices.kubeedge.io/lamp created
  configmap/settings created
  $ allow=allowlist; [ $KUBECTL_MINOR -ge 26 ] || allow=whitelist
  $ printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {set: mine}}\n' | kubectl apply --prune -l set=mine --prune-$allow=devices.kubeedge.io/v1beta1/DeviceModel --prune-$allow=core/v1/ConfigMap -f - 2>/dev/null
  configmap/settings (unchanged|configured) (re)
  devicemodel.devices.kubeedge.io/lamp pruned
  $ kubectl get devicemodels
  No resources found in default namespace.
