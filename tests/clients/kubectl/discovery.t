What the server says of itself: kinds, versions, paths, completion.

  $ kubectl api-resources --api-group=devices.kubeedge.io --no-headers | tr -s ' '
  devicemodels dm devices.kubeedge.io/v1beta1 true DeviceModel
  devices dev devices.kubeedge.io/v1beta1 true Device
  $ kubectl api-resources -o name | grep -x -E 'nodes|events|configmaps|secrets|serviceaccounts|namespaces|leases.coordination.k8s.io|roles.rbac.authorization.k8s.io|customresourcedefinitions.apiextensions.k8s.io' | wc -l
  9
  $ kubectl api-versions | grep -E 'devices|^v1$|coordination|rbac'
  coordination.k8s.io/v1
  devices.kubeedge.io/v1alpha2
  devices.kubeedge.io/v1beta1
  rbac.authorization.k8s.io/v1
  v1
  $ kubectl cluster-info | grep -c 'is running at'
  1
  $ kubectl get all
  No resources found in default namespace.
  $ kubectl get --raw /readyz; echo
  ok
  $ kubectl get --raw /apis/devices.kubeedge.io | python3 -c 'import json,sys; print(json.load(sys.stdin)["preferredVersion"]["version"])'
  v1beta1
  $ kubectl get --raw /openapi/v3 | grep -c apis/devices.kubeedge.io/v1beta1
  1
  $ kubectl get --raw /nowhere 2>&1 | head -n 1
  Error from server (NotFound): the server could not find the requested resource
  $ kubectl apply -f $HEARTH_SOURCE/configs/models/lamp.yaml >/dev/null
  $ kubectl __complete get devicemodels.devices.kubeedge.io '' 2>/dev/null | head -n 1 | sed 's/^:.*/lamp/'
  lamp
  $ kubectl completion bash | grep -c '__start_kubectl()'
  1

Through the proxy.

  $ kubectl proxy --port=0 >proxy.log 2>&1 & proxy=$!
  $ until grep -qs Starting proxy.log; do sleep 0.05; done
  $ python3 -c 'import sys, urllib.request, json; print(json.load(urllib.request.urlopen("http://127.0.0.1:%s/apis/devices.kubeedge.io/v1beta1/devicemodels" % sys.argv[1]))["kind"])' $(sed 's/.*://' proxy.log)
  DeviceModelList
  $ kill $proxy; wait $proxy 2>/dev/null || true
