The built-in kinds that devices need, made with kubectl's own generators.

  $ kubectl create namespace house
  namespace/house created
  $ kubectl get namespace house -o jsonpath='{.status.phase} {.metadata.labels}{"\n"}'
  Active {"kubernetes.io/metadata.name":"house"}
  $ kubectl create configmap settings --from-literal=a=1
  configmap/settings created
  $ kubectl get configmap settings --no-headers | awk '{print $1, $2}'
  settings 1
  $ kubectl create secret generic key --from-literal=password=hidden
  secret/key created
  $ kubectl get secret key -o jsonpath='{.type} {.data.password}{"\n"}'
  Opaque aGlkZGVu
  $ kubectl create serviceaccount reader
  serviceaccount/reader created
  $ kubectl create role see --verb=get,list --resource=devices.devices.kubeedge.io
  role.rbac.authorization.k8s.io/see created
  $ kubectl create rolebinding see --role=see --serviceaccount=default:reader
  rolebinding.rbac.authorization.k8s.io/see created
  $ kubectl create clusterrole look --verb=watch --resource=nodes
  clusterrole.rbac.authorization.k8s.io/look created
  $ kubectl create clusterrolebinding look --clusterrole=look --user=jane
  clusterrolebinding.rbac.authorization.k8s.io/look created
  $ kubectl get role,rolebinding -o name
  role.rbac.authorization.k8s.io/see
  rolebinding.rbac.authorization.k8s.io/see
