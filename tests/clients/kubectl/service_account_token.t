A token of a service account (kubectl 1.24 and later) may do what its role says, and no more.

  $ [ $KUBECTL_MINOR -ge 24 ] || exit 80
  $ kubectl create serviceaccount reader >/dev/null
  $ kubectl create role see --verb=get,list --resource=devices.devices.kubeedge.io >/dev/null
  $ kubectl create rolebinding see --role=see --serviceaccount=default:reader >/dev/null
  $ token=$(kubectl create token reader)
  $ server=$(kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}')
  $ kubectl config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d >ca.crt
  $ reader() { kubectl --kubeconfig /dev/null --server $server --certificate-authority ca.crt --token "$token" "$@"; }
  $ reader get devices
  No resources found in default namespace.
  $ reader delete device lamp
  Error from server (Forbidden): devices.devices.kubeedge.io "lamp" is forbidden: User "system:serviceaccount:default:reader" cannot delete resource "devices" in API group "devices.kubeedge.io" in the namespace "default"
  [1]
  $ reader get nodes
  Error from server (Forbidden): nodes is forbidden: User "system:serviceaccount:default:reader" cannot list resource "nodes" in API group "" at the cluster scope
  [1]
  $ reader auth can-i list devices
  yes
  $ reader auth can-i delete devices
  no
  [1]
  $ reader auth can-i --list | grep -E '^devices' | tr -s ' '
  devices.devices.kubeedge.io [] [] [get list]
