A kind of one's own, made while the server runs: used, explained, scaled, and gone with its definition.

  $ cat >gadgets.yaml <<'YAML'
  > apiVersion: apiextensions.k8s.io/v1
  > kind: CustomResourceDefinition
  > metadata: {name: gadgets.example.org}
  > spec:
  >   group: example.org
  >   scope: Namespaced
  >   names: {plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList, shortNames: [gd], categories: [all]}
  >   versions:
  >   - name: v1
  >     served: true
  >     storage: true
  >     additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
  >     subresources:
  >       status: {}
  >       scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
  >     schema:
  >       openAPIV3Schema:
  >         type: object
  >         description: A gadget.
  >         properties:
  >           spec:
  >             type: object
  >             properties:
  >               size: {type: integer, minimum: 1, default: 3, description: How large it is.}
  >               mode: {type: string, enum: [on, off]}
  >           status: {type: object, properties: {size: {type: integer}}}
  > YAML
  $ sed -i 's/\[on, off\]/["on", "off"]/' gadgets.yaml
  $ kubectl apply -f gadgets.yaml
  customresourcedefinition.apiextensions.k8s.io/gadgets.example.org created
  $ kubectl wait --for=condition=Established crd/gadgets.example.org --timeout=30s
  customresourcedefinition.apiextensions.k8s.io/gadgets.example.org condition met
  $ kubectl apply -f gadgets.yaml
  customresourcedefinition.apiextensions.k8s.io/gadgets.example.org unchanged
  $ cat >gadget.yaml <<'YAML'
  > apiVersion: example.org/v1
  > kind: Gadget
  > metadata: {name: one}
  > spec: {mode: "on"}
  > YAML
  $ kubectl apply -f gadget.yaml
  gadget.example.org/one created
  $ kubectl get gd --no-headers | awk '{print $1, $2}'
  one 3
  $ kubectl scale gadget one --replicas=5
  gadget.example.org/one scaled
  $ kubectl get gadget one -o jsonpath='{.spec.size}{"\n"}'
  5
  $ sed 's/"on"/"maybe"/' gadget.yaml | kubectl apply -f -
  The Gadget "one" is invalid: spec.mode: Unsupported value: "maybe": supported values: "on", "off"
  [1]
  $ kubectl explain gadget.spec.size | tail -n 4 | tr -s ' \n' ' '
  .*How large it is\. ?.* (re)
  $ kubectl delete crd gadgets.example.org
  customresourcedefinition.apiextensions.k8s.io "gadgets.example.org" deleted
  $ kubectl get gadgets.example.org 2>&1 | tail -n 1
  (error: the server doesn't have a resource type "gadgets"|Error from server \(NotFound\): .*) (re)
