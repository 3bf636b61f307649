The words of kubectl create, and what get and describe say of what they made.

  $ kubectl create namespace house
  namespace/house created
  $ kubectl config set-context --current --namespace=house
  Context "hearth" modified.
  $ echo 'power: on' >settings.yaml
  $ kubectl create configmap settings --from-literal=a=1 --from-file=settings.yaml
  configmap/settings created
  $ head -c 300 /dev/urandom >noise
  $ kubectl create configmap noise --from-file=noise
  configmap/noise created
  $ kubectl get configmap noise -o jsonpath='{.binaryData.noise}' | base64 -d | cmp - noise
  $ kubectl create secret generic key --from-literal=password=hush
  secret/key created
  $ kubectl create secret docker-registry registry --docker-server=example.org --docker-username=a --docker-password=b
  secret/registry created
  $ kubectl create serviceaccount mapper
  serviceaccount/mapper created
  $ kubectl create role see --verb=get,list --resource=devices.devices.kubeedge.io --resource=configmaps
  role.rbac.authorization.k8s.io/see created
  $ kubectl create rolebinding see --role=see --serviceaccount=house:mapper
  rolebinding.rbac.authorization.k8s.io/see created
  $ kubectl get configmap,secret,serviceaccount,rolebinding | sed 's/  *[0-9]*s *$//' | tr -s ' '
  NAME DATA AGE
  configmap/noise 1
  configmap/settings 2
  
  NAME TYPE DATA AGE
  secret/key Opaque 1
  secret/registry kubernetes.io/dockerconfigjson 1
  
  NAME SECRETS AGE
  serviceaccount/default 0
  serviceaccount/mapper 0
  
  NAME ROLE AGE
  rolebinding.rbac.authorization.k8s.io/see Role/see
  $ kubectl describe configmap settings | grep -E -A 2 '^(a|settings.yaml):$' | grep -v -e '^--' | sort
  1
  a:
  power: on
  settings.yaml:
  $ kubectl describe secret key | tail -n 1
  password:  4 bytes
  $ kubectl get secret key -o jsonpath='{.data.password}' | base64 -d; echo
  hush
  $ kubectl describe serviceaccount mapper | head -n 2 | tr -s ' '
  Name: mapper
  Namespace: house
  $ kubectl describe role see | tail -n 2 | tr -s ' '
   configmaps [] [] [get list]
   devices.devices.kubeedge.io [] [] [get list]
  $ kubectl set subject rolebinding see --user=jane
  rolebinding.rbac.authorization.k8s.io/see subjects updated
  $ kubectl get rolebinding see -o jsonpath='{.subjects[*].name}{"\n"}'
  mapper jane
  $ kubectl describe namespace house | head -n 4 | tr -s ' '
  Name: house
  Labels: kubernetes.io/metadata.name=house
  Annotations: <none>
  Status: Active

An immutable one stays as it is.

  $ kubectl patch configmap settings -p '{"immutable":true}'
  configmap/settings patched
  $ kubectl patch configmap settings -p '{"data":{"a":"2"}}' 2>&1 | tail -n 1
  The ConfigMap "settings" is invalid: data: Forbidden: field is immutable when `immutable` is set

What the server has not is told, and nothing is made.

  $ kubectl create quota few --hard=pods=1 2>&1 | tail -n 1
  .*the server could not find the requested resource.* (re)
  $ kubectl create deployment web --image=x 2>&1 | tail -n 1
  .*the server could not find the requested resource.* (re)
  $ kubectl top node 2>&1 | tail -n 1
  error: Metrics API not available
  $ kubectl logs nothing 2>&1 | grep -o 'pods "nothing" not found'
  pods "nothing" not found
  $ kubectl get pods,services
  No resources found in house namespace.

With its namespace everything goes.

  $ kubectl delete namespace house
  namespace "house" deleted
  $ kubectl get configmaps,secrets,rolebindings -n house
  No resources found in house namespace.
