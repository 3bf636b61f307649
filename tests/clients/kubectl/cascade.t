An owner's dependents go with it, wait for it or stay, as the deletion asks.

  $ kubectl create configmap engine
  configmap/engine created
  $ uid=$(kubectl get configmap engine -o jsonpath='{.metadata.uid}')
  $ dependent() {
  >   cat <<YAML
  > apiVersion: v1
  > kind: ConfigMap
  > metadata:
  >   name: $1
  >   ownerReferences:
  >   - {apiVersion: v1, kind: ConfigMap, name: engine, uid: $2, blockOwnerDeletion: true}
  > YAML
  > }
  $ dependent wheel "$uid" | kubectl apply -f -
  configmap/wheel created

Orphaned, it stays without the reference.

  $ kubectl delete configmap engine --cascade=orphan
  configmap "engine" deleted.* (re)
  $ kubectl get configmap wheel -o jsonpath='{.metadata.name}{.metadata.ownerReferences}{"\n"}'
  wheel

In the foreground kubectl returns when the dependents have gone.

  $ kubectl delete configmap wheel
  configmap "wheel" deleted.* (re)
  $ kubectl create configmap engine
  configmap/engine created
  $ uid=$(kubectl get configmap engine -o jsonpath='{.metadata.uid}')
  $ dependent wheel "$uid" | kubectl apply -f -
  configmap/wheel created
  $ kubectl delete configmap engine --cascade=foreground --timeout=30s
  configmap "engine" deleted.* (re)
  $ kubectl get configmap wheel --ignore-not-found

In the background, which is the default, they go soon after.

  $ kubectl create configmap engine
  configmap/engine created
  $ uid=$(kubectl get configmap engine -o jsonpath='{.metadata.uid}')
  $ dependent wheel "$uid" | kubectl apply -f -
  configmap/wheel created
  $ kubectl delete configmap engine
  configmap "engine" deleted.* (re)
  $ kubectl wait --for=delete configmap/wheel --timeout=30s >/dev/null 2>&1; kubectl get configmap wheel --ignore-not-found
