Two hundred devices: by pages, sorted and counted.

  $ for i in $(seq 200); do
  >   printf 'apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: lamp-%03d, labels: {even: "%d"}}\nspec: {nodeName: edge-%d}\n---\n' $i $((i % 2)) $((i % 7))
  > done >lamps.yaml
  $ kubectl create -f lamps.yaml | wc -l
  200
  $ kubectl get devices --chunk-size=50 -o name | wc -l
  200
  $ kubectl get devices --chunk-size=50 --no-headers | sort -u | wc -l
  200
  $ kubectl get devices --chunk-size=50 --v=8 2>&1 | grep -c -E '(GET https|"Request").*limit=50'
  4
  $ kubectl get devices --sort-by=.spec.nodeName --no-headers -o custom-columns=N:.spec.nodeName | uniq -c | awk '{print $1, $2}'
  28 edge-0
  29 edge-1
  29 edge-2
  29 edge-3
  29 edge-4
  28 edge-5
  28 edge-6
  $ kubectl get devices --sort-by='{.spec.nodeName}' --no-headers | wc -l
  200
  $ kubectl get devices -l even=0 --chunk-size=30 -o name | wc -l
  100
  $ kubectl get devices --field-selector spec.nodeName=edge-3 -o name | wc -l
  29
  $ kubectl get --raw '/apis/devices.kubeedge.io/v1beta1/devices?limit=50' | python3 -c 'import json,sys; m=json.load(sys.stdin)["metadata"]; print(m["remainingItemCount"], bool(m["continue"]))'
  150 True
  $ kubectl delete devices --all | wc -l
  200
  $ kubectl get devices
  No resources found in default namespace.
