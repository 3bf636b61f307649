// SPDX-License-Identifier: Apache-2.0
#include "cloud/device_roles.hpp"

namespace hearth::cloud {

std::vector<std::string> device_roles() {
  return {R"yaml(
kind: ClusterRole
metadata:
  name: hearth-devices-view
  labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}
rules:
- apiGroups: [devices.kubeedge.io]
  resources: [devices, devices/status, devicemodels]
  verbs: [get, list, watch]
---
kind: ClusterRole
metadata:
  name: hearth-devices-edit
  labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}
rules:
- apiGroups: [devices.kubeedge.io]
  resources: [devices, devicemodels]
  verbs: [create, delete, deletecollection, patch, update]
---
kind: ClusterRole
metadata: {name: "system:hearth-controllers"}
rules:
- {apiGroups: [devices.kubeedge.io], resources: [devices, devicemodels], verbs: [get, list, watch]}
- {apiGroups: [devices.kubeedge.io], resources: [devices/status], verbs: [get, patch, update]}
- {apiGroups: [""], resources: [nodes], verbs: [create, get, list, patch, update, watch]}
- {apiGroups: [""], resources: [nodes/status], verbs: [patch, update]}
- {apiGroups: [""], resources: [events], verbs: [create, get, patch, update]}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create, get, patch, update]}
---
kind: ClusterRoleBinding
metadata: {name: "system:hearth-controllers"}
roleRef: {kind: ClusterRole, name: "system:hearth-controllers"}
subjects: [{kind: Group, name: "system:hearth-controllers"}]
)yaml"};
}

}  // namespace hearth::cloud
