All kinds there are, what they can, and all objects of a category.

  $ kubectl api-resources --no-headers | awk '{print $1}' | sort | xargs -n 6
  clusterrolebindings clusterroles configmaps customresourcedefinitions devicemodels devices
  events events leases localsubjectaccessreviews namespaces nodes
  pods rolebindings roles secrets selfsubjectaccessreviews selfsubjectreviews
  selfsubjectrulesreviews serviceaccounts services subjectaccessreviews tokenreviews
  $ kubectl api-resources --api-group=devices.kubeedge.io -o wide --no-headers | tr -s ' ' | tr ',' ' '
  devicemodels dm devices.kubeedge.io/v1beta1 true DeviceModel .*create.*delete.*get.* list.*patch.*update.*watch.* (re)
  devices dev devices.kubeedge.io/v1beta1 true Device .*create.*delete.*get.* list.*patch.*update.*watch.* (re)
  $ kubectl api-resources --namespaced=false -o name --verbs=list,watch | sort
  clusterrolebindings.rbac.authorization.k8s.io
  clusterroles.rbac.authorization.k8s.io
  customresourcedefinitions.apiextensions.k8s.io
  namespaces
  nodes
  $ kubectl api-versions | xargs
  apiextensions.k8s.io/v1 authentication.k8s.io/v1 authorization.k8s.io/v1 coordination.k8s.io/v1 devices.kubeedge.io/v1alpha2 devices.kubeedge.io/v1beta1 events.k8s.io/v1 rbac.authorization.k8s.io/v1 v1
  $ kubectl apply -f $HEARTH_SOURCE/configs/devices/lamp.yaml >/dev/null
  $ kubectl get -A all --no-headers | awk '{print $1, $2}'
  default device.devices.kubeedge.io/lamp
  $ for kind in $(kubectl api-resources --verbs=list -o name); do kubectl get $kind -A >/dev/null 2>told || cat told; done
  $ for name in dev device devices Device device.devices.kubeedge.io devices.v1beta1.devices.kubeedge.io; do kubectl get $name lamp -o name; done | uniq -c | tr -s ' '
   6 device.devices.kubeedge.io/lamp

Every page of docs is there, by its hash.

  $ kubectl get --raw /openapi/v3 | python3 -c '
  > import json, subprocess, sys
  > for name, page in sorted(json.load(sys.stdin)["paths"].items()):
  >     told = json.loads(subprocess.run(["kubectl", "get", "--raw", page["serverRelativeURL"]], stdout=subprocess.PIPE, check=True).stdout)
  >     assert "hash=" in page["serverRelativeURL"] and told["openapi"].startswith("3.0"), name
  > print("ok")'
  ok
  $ for page in / /version /healthz /livez /readyz /metrics /openapi/v2 /api /apis /api/v1; do kubectl get --raw $page >/dev/null || echo no $page; done
