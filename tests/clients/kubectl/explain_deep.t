explain down to the leaves, for each version of a kind, and for kinds made a moment ago.

  $ explain() { kubectl explain "$@" 2>&1 | tr -s ' \t\n' ' ' | sed 's/ $/\n/'; }
  $ explain device.spec.properties.desired.metadata
  .*KIND: Device VERSION: .*FIELD: metadata <map\[string\]string> DESCRIPTION: Notes about the value, such as its timestamp and type\..* (re)
  $ explain device.status.twins.reported.value
  .*FIELD: value <string> DESCRIPTION: .* (re)
  $ explain device.spec.protocol.configData | grep -c 'DESCRIPTION: Settings of the protocol for the whole device'
  1
  $ explain devicemodel.spec.properties.type
  .*FIELD: type <string> .*DESCRIPTION: .* (re)
  $ explain devices --api-version=devices.kubeedge.io/v1alpha2
  .*KIND: Device VERSION: .*v1alpha2 DESCRIPTION: Device is one appliance at the edge, in the form that KubeEdge had before 1.15\. .* (re)
  $ explain device.spec.nodeSelector --api-version=devices.kubeedge.io/v1alpha2
  .*FIELD: nodeSelector <Object> .*|.*RESOURCE: nodeSelector <Object> .* (re)
  $ explain device.metadata.labels | grep -c 'FIELD: labels <map\[string\]string>'
  1
  $ explain event.involvedObject | grep -c -E '(FIELD|RESOURCE): involvedObject <(Object|ObjectReference)>'
  1
  $ explain crd.spec.versions.schema | grep -c -E '(FIELD|RESOURCE): schema <'
  1
  $ kubectl explain device --recursive | tr -s '\t ' ' ' | grep -E '^ (accessMode|visitors|observedDesired|lastTransitionTime) ?<' | sort -u
   lastTransitionTime <string>
   observedDesired <Object>
   visitors <Object>

A kind that was made a moment ago.

  $ kubectl apply -f - <<'YAML'
  > apiVersion: apiextensions.k8s.io/v1
  > kind: CustomResourceDefinition
  > metadata: {name: pumps.example.org}
  > spec:
  >   group: example.org
  >   scope: Namespaced
  >   names: {plural: pumps, kind: Pump}
  >   versions:
  >   - name: v1
  >     served: true
  >     storage: true
  >     schema:
  >       openAPIV3Schema:
  >         description: Pump moves water.
  >         type: object
  >         properties:
  >           spec:
  >             type: object
  >             required: [flow]
  >             properties: {flow: {type: integer, description: Litres a minute.}}
  > YAML
  customresourcedefinition.apiextensions.k8s.io/pumps.example.org created
  $ kubectl wait --for=condition=Established crd/pumps.example.org
  customresourcedefinition.apiextensions.k8s.io/pumps.example.org condition met
  $ explain pump
  .*KIND: Pump VERSION: (example.org/)?v1 DESCRIPTION: Pump moves water\. .* (re)
  $ explain pump.spec.flow
  .*FIELD: flow <integer>( -required-)? DESCRIPTION: Litres a minute\. (re)
  $ kubectl delete crd pumps.example.org
  customresourcedefinition.apiextensions.k8s.io "pumps.example.org" deleted
  $ rm -rf $HOME/.kube/cache
  $ kubectl explain pump 2>&1 | tail -n 1 | sed 's/^error: //'
  (the server doesn't have a resource type "pump"|couldn't find resource for .*pump.*) (re)
