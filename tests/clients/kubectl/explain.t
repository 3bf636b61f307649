The field docs of the definitions and of built-in kinds. The layout is the client's own (1.27 brought a new one), the
words are ours.

  $ explain() { kubectl explain "$@" 2>&1 | tr -s ' \t\n' ' ' | sed 's/ $/\n/'; }
  $ explain device.spec.properties >properties; cat properties
  .*KIND: Device VERSION: .*v1beta1 (RESOURCE|FIELD): properties <\[\]Object> DESCRIPTION: The properties the device is used with\. .* (re)
  $ for field in 'collectCycle <integer> How often the mapper reads' 'desired <Object> What the property should be' 'name <string> Name of the property' 'reportToCloud <boolean> Whether'; do
  >   grep -q "$field" properties || echo "no $field"
  > done
  $ explain device.spec.nodeName
  .*FIELD: nodeName <string> DESCRIPTION: The edge node that drives the device\. (re)
  $ explain devicemodel.spec.properties.accessMode
  .*FIELD: accessMode <string> .*DESCRIPTION: Whether the property can be written, or only read\. (re)
  $ explain configmap.data
  .*KIND: ConfigMap VERSION: v1 FIELD: data <map\[string\]string> DESCRIPTION: .* (re)
  $ explain node.status.conditions
  .*KIND: Node VERSION: v1 .*DESCRIPTION: .* (re)
  $ explain namespace --recursive | grep -c phase
  1
  $ explain lease.spec.holderIdentity
  .*KIND: Lease VERSION: (coordination.k8s.io/)?v1 FIELD: holderIdentity <string> DESCRIPTION: .* (re)
  $ explain role.rules
  .*KIND: Role VERSION: (rbac.authorization.k8s.io/)?v1 (RESOURCE|FIELD): rules <\[\](Object|PolicyRule)> DESCRIPTION: .* (re)
  $ kubectl explain device.spec.nothing 2>&1 | tail -n 1
  error: field "nothing" does not exist
