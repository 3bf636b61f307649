What a user with one role sees and may do, and what is said of the rest.

  $ kubectl create -f - >/dev/null <<'YAML'
  > apiVersion: rbac.authorization.k8s.io/v1
  > kind: Role
  > metadata: {name: lamps, namespace: default}
  > rules:
  > - {apiGroups: [devices.kubeedge.io], resources: [devices], verbs: [get, list, watch]}
  > - {apiGroups: [devices.kubeedge.io], resources: [devices/status], resourceNames: [lamp], verbs: [patch]}
  > YAML
  $ kubectl create rolebinding lamps --role=lamps --user=jane
  rolebinding.rbac.authorization.k8s.io/lamps created
  $ kubectl create clusterrole see-nodes --verb=get,list --resource=nodes
  clusterrole.rbac.authorization.k8s.io/see-nodes created
  $ kubectl create clusterrolebinding see-nodes --clusterrole=see-nodes --group=operators
  clusterrolebinding.rbac.authorization.k8s.io/see-nodes created
  $ kubectl auth can-i --list --as jane | tr -s ' ' | grep '^[a-z]' | sort
  devices.devices.kubeedge.io [] [] [get list watch]
  devices.devices.kubeedge.io/status [] [lamp] [patch]
  selfsubjectaccessreviews.authorization.k8s.io [] [] [create]
  selfsubjectreviews.authentication.k8s.io [] [] [create]
  selfsubjectrulesreviews.authorization.k8s.io [] [] [create]
  $ kubectl auth can-i --list --as jane -n kube-system | grep -c devices
  0
  [1]
  $ kubectl auth can-i --list --as jane --as-group operators | tr -s ' ' | grep '^nodes'
  nodes [] [] [get list]
  $ can() { kubectl auth can-i --as jane "$@" 2>/dev/null; true; }
  $ can list devices
  yes
  $ can list devices -A
  no
  $ can patch devices/lamp --subresource=status
  yes
  $ can patch devices/bulb --subresource=status
  no
  $ can get /healthz
  yes
  $ can get /metrics
  no

Refusals name the user, the verb, the resource and where.

  $ kubectl get devices --as jane
  No resources found in default namespace.
  $ kubectl get devices -A --as jane
  Error from server (Forbidden): devices.devices.kubeedge.io is forbidden: User "jane" cannot list resource "devices" in API group "devices.kubeedge.io" at the cluster scope
  [1]
  $ kubectl get secret key --as jane
  Error from server (Forbidden): secrets "key" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default"
  [1]
  $ kubectl get nodes --as jane --as-group operators
  No resources found
  $ kubectl label namespace default a=b --as jane 2>&1 | tail -n 1
  Error from server \(Forbidden\): namespaces "default" is forbidden: User "jane" cannot (get|patch) resource "namespaces" in API group "" in the namespace "default" (re)
  $ kubectl get --raw /metrics --as jane 2>&1 | tail -n 1
  Error from server (Forbidden): forbidden: User "jane" cannot get path "/metrics"
  $ kubectl create rolebinding more --clusterrole=cluster-admin --user=jane --as jane 2>&1 | tail -n 1
  .*rolebindings.rbac.authorization.k8s.io is forbidden: User "jane" cannot create resource "rolebindings" in API group "rbac.authorization.k8s.io" in the namespace "default" (re)

A role cannot be made to give more than its maker has.

  $ kubectl create role makers --verb=create,update --resource=roles.rbac.authorization.k8s.io
  role.rbac.authorization.k8s.io/makers created
  $ kubectl create rolebinding makers --role=makers --user=jane
  rolebinding.rbac.authorization.k8s.io/makers created
  $ kubectl create role mine --verb=list --resource=devices.devices.kubeedge.io --as jane
  role.rbac.authorization.k8s.io/mine created
  $ kubectl create role more --verb=delete --resource=devices.devices.kubeedge.io --as jane 2>&1 | head -n 1
  .*roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" \(groups=\["system:authenticated"\]\) is attempting to grant RBAC permissions not currently held: (re)

What can be read of it.

  $ kubectl describe role lamps | tr -s ' ' | tail -n 2
   devices.devices.kubeedge.io [] [] [get list watch]
   devices.devices.kubeedge.io/status [] [lamp] [patch]
  $ kubectl describe clusterrolebinding see-nodes | tr -s ' ' | tail -n 1
   Group operators 
  $ kubectl get rolebindings -o wide --no-headers | tr -s ' ' | cut -d' ' -f1,2,4
  lamps Role/lamps jane
  makers Role/makers jane
