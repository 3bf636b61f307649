A kind with the scale subresource and several versions: scaled, patched, listed by what its definition says.

  $ kubectl apply -f - <<'YAML'
  > apiVersion: apiextensions.k8s.io/v1
  > kind: CustomResourceDefinition
  > metadata: {name: pumps.example.org}
  > spec:
  >   group: example.org
  >   scope: Namespaced
  >   names: {plural: pumps, singular: pump, kind: Pump, shortNames: [pu], categories: [all, water]}
  >   versions:
  >   - &version
  >     name: v1
  >     served: true
  >     storage: true
  >     subresources: {status: {}, scale: {specReplicasPath: .spec.units, statusReplicasPath: .status.units}}
  >     additionalPrinterColumns:
  >     - {name: Units, type: integer, jsonPath: .spec.units}
  >     - {name: Place, type: string, jsonPath: '.spec.places[?(@.main==true)].name'}
  >     - {name: Note, type: string, jsonPath: .metadata.annotations.note, priority: 1}
  >     schema:
  >       openAPIV3Schema:
  >         type: object
  >         properties:
  >           spec:
  >             type: object
  >             properties:
  >               units: {type: integer, maximum: 9}
  >               colour: {type: string, enum: [red, blue], default: red}
  >               port: {x-kubernetes-int-or-string: true}
  >               more: {type: object, x-kubernetes-preserve-unknown-fields: true}
  >               places:
  >                 type: array
  >                 x-kubernetes-list-type: map
  >                 x-kubernetes-list-map-keys: [name]
  >                 items: {type: object, required: [name], properties: {name: {type: string}, main: {type: boolean}}}
  >           status: {type: object, properties: {units: {type: integer}}}
  >   - {<<: *version, name: v2, storage: false}
  > YAML
  customresourcedefinition.apiextensions.k8s.io/pumps.example.org created
  $ kubectl wait --for=condition=Established crd/pumps.example.org
  customresourcedefinition.apiextensions.k8s.io/pumps.example.org condition met
  $ cat >pump.yaml <<'YAML'
  > apiVersion: example.org/v1
  > kind: Pump
  > metadata: {name: one, annotations: {note: the deep one}}
  > spec:
  >   port: http
  >   more: {any: {thing: [1, two]}}
  >   places: [{name: cellar, main: true}, {name: roof}]
  > YAML
  $ kubectl create -f pump.yaml
  pump.example.org/one created
  $ kubectl get pu -o wide
  NAME   UNITS   PLACE    NOTE
  one            cellar   the deep one
  $ kubectl get pumps.v1.example.org one -o jsonpath='{.apiVersion} {.spec.colour} {.spec.more.any.thing[1]} {.spec.port}{"\n"}'
  example.org/v1 red two http
  $ kubectl get pumps.v2.example.org one -o jsonpath='{.apiVersion}{"\n"}'
  example.org/v2
  $ kubectl scale pump/one --replicas=3
  pump.example.org/one scaled
  $ kubectl scale pump/one --replicas=5 --current-replicas=4
  error: Expected replicas to be 4, was 3
  [1]
  $ kubectl scale pump/one --replicas=5 --current-replicas=3
  pump.example.org/one scaled
  $ kubectl scale pump/one --replicas=10 2>&1 | grep -o 'spec.units in body should be less than or equal to 9'
  spec.units in body should be less than or equal to 9
  $ kubectl get water -o custom-columns=N:.metadata.name,U:.spec.units --no-headers
  one   5

By kubectl's own merge: keyed lists of two appliers, and what the schema refuses.

  $ printf 'apiVersion: example.org/v1\nkind: Pump\nmetadata: {name: one}\nspec: {places: [{name: attic}]}\n' | kubectl apply --server-side --field-manager=attic -f -
  pump.example.org/one serverside-applied
  $ kubectl get pump one -o jsonpath='{.spec.places[*].name}{"\n"}'
  cellar roof attic
  $ kubectl patch pump one --type=merge -p '{"spec":{"colour":"green","port":1.5,"places":[{"name":"a"},{"name":"a"},{}]}}'
  The Pump "one" is invalid: 
  * spec.colour: Unsupported value: "green": supported values: "red", "blue"
  * spec.places[2].name: Required value
  * spec.places[1]: Duplicate value: map[string]interface {}{"name":"a"}
  * spec.port: Invalid value: "number": spec.port in body must be of type integer,string: "number"
  [1]
  $ kubectl delete crd pumps.example.org
  customresourcedefinition.apiextensions.k8s.io "pumps.example.org" deleted
