// SPDX-License-Identifier: Apache-2.0
// The kind of kinds. What stands in its schemas is checked by code of its own (definition_schema.hpp): a structural
// schema cannot describe schemas.
#include "cloud/api/kinds/definition.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr const char* kSchema = R"json({
  "type": "object",
  "description": "CustomResourceDefinition is a kind that the server learns at run time. Its name must be in the format <.spec.names.plural>.<.spec.group>.",
  "properties": {
    "apiVersion": {"type": "string", "description": "The version of this object's form, apiextensions.k8s.io/v1."},
    "kind": {"type": "string", "description": "The kind of this object, CustomResourceDefinition."},
    "metadata": {"type": "object"},
    "spec": {
      "type": "object",
      "description": "How the kind is called and what its objects look like.",
      "required": ["group", "names", "scope", "versions"],
      "properties": {
        "group": {"type": "string", "description": "The API group of the kind; its objects are served under /apis/<group>/."},
        "scope": {"type": "string", "description": "Cluster or Namespaced: whether objects live in namespaces. It cannot be changed."},
        "preserveUnknownFields": {"type": "boolean", "description": "Must be false: fields that no schema names are dropped."},
        "names": {"$names": true},
        "conversion": {
          "type": "object",
          "description": "How objects get from one version to another.",
          "properties": {
            "strategy": {"type": "string", "description": "None changes only the apiVersion. Webhook is not supported by this server."},
            "webhook": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
          }
        },
        "versions": {
          "type": "array",
          "description": "All versions of the kind; objects are stored in exactly one of them.",
          "items": {
            "type": "object",
            "description": "One version of the kind.",
            "required": ["name", "served", "storage"],
            "properties": {
              "name": {"type": "string", "description": "Name of the version, such as v1 or v2beta1."},
              "served": {"type": "boolean", "description": "Whether clients may use this version."},
              "storage": {"type": "boolean", "description": "Whether objects are stored in this version; true for exactly one."},
              "deprecated": {"type": "boolean", "description": "Whether requests of this version are answered with a warning."},
              "deprecationWarning": {"type": "string", "description": "The warning, instead of the usual words."},
              "schema": {
                "type": "object",
                "description": "What objects of this version look like.",
                "properties": {
                  "openAPIV3Schema": {
                    "type": "object",
                    "description": "A structural OpenAPI v3 schema: objects are checked and pruned by it, and defaults filled in.",
                    "x-kubernetes-preserve-unknown-fields": true
                  }
                }
              },
              "subresources": {
                "type": "object",
                "description": "Parts of an object that have a path of their own.",
                "properties": {
                  "status": {
                    "type": "object",
                    "description": "With it the status is written only through /status, and everything else only beside it.",
                    "x-kubernetes-preserve-unknown-fields": true
                  },
                  "scale": {
                    "type": "object",
                    "description": "With it /scale shows and changes the number of replicas.",
                    "required": ["specReplicasPath", "statusReplicasPath"],
                    "properties": {
                      "specReplicasPath": {"type": "string", "description": "Where the wanted number stands, below .spec."},
                      "statusReplicasPath": {"type": "string", "description": "Where the present number stands, below .status."},
                      "labelSelectorPath": {"type": "string", "description": "Where the label selector stands as text, below .spec or .status."}
                    }
                  }
                }
              },
              "additionalPrinterColumns": {
                "type": "array",
                "description": "The columns that kubectl get prints.",
                "items": {
                  "type": "object",
                  "required": ["jsonPath", "name", "type"],
                  "properties": {
                    "name": {"type": "string", "description": "The heading."},
                    "type": {"type": "string", "description": "integer, number, string, boolean or date."},
                    "format": {"type": "string", "description": "How the type is to be printed."},
                    "description": {"type": "string", "description": "What the column tells."},
                    "priority": {"type": "integer", "format": "int32", "description": "Above 0 the column is shown only with -o wide."},
                    "jsonPath": {"type": "string", "description": "Where the value stands, such as .spec.replicas."}
                  }
                }
              },
              "selectableFields": {
                "type": "array",
                "description": "Fields that field selectors may name.",
                "items": {
                  "type": "object",
                  "required": ["jsonPath"],
                  "properties": {"jsonPath": {"type": "string", "description": "Where the value stands, such as .spec.color."}}
                }
              }
            }
          }
        }
      }
    },
    "status": {
      "type": "object",
      "description": "What has become of the definition.",
      "properties": {
        "acceptedNames": {"$names": true},
        "storedVersions": {
          "type": "array",
          "description": "Versions in which objects may be stored; they must stay in the definition.",
          "items": {"type": "string"}
        },
        "conditions": {
          "type": "array",
          "description": "NamesAccepted, Established and Terminating.",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["type"],
          "items": {
            "type": "object",
            "required": ["type", "status"],
            "properties": {
              "type": {"type": "string"},
              "status": {"type": "string"},
              "reason": {"type": "string"},
              "message": {"type": "string"},
              "observedGeneration": {"type": "integer", "format": "int64"},
              "lastTransitionTime": {"type": "string", "format": "date-time"}
            }
          }
        }
      }
    }
  }
})json";

constexpr const char* kNames = R"json({
  "type": "object",
  "description": "The names of the kind.",
  "required": ["kind", "plural"],
  "properties": {
    "kind": {"type": "string", "description": "What objects have as their kind, such as Device."},
    "listKind": {"type": "string", "description": "The kind of their lists; DeviceList if left out."},
    "plural": {"type": "string", "description": "The name in paths, such as devices."},
    "singular": {"type": "string", "description": "The name of one; the kind in lower case if left out."},
    "shortNames": {"type": "array", "description": "Short names for the command line.", "items": {"type": "string"}},
    "categories": {"type": "array", "description": "Groups of kinds, such as all.", "items": {"type": "string"}}
  }
})json";

json definition_schema() {
  auto schema = json::parse(kSchema);
  const auto names = json::parse(kNames);
  schema["properties"]["spec"]["properties"]["names"] = names;
  schema["properties"]["status"]["properties"]["acceptedNames"] = names;
  return schema;
}

}  // namespace

ResourceType definition_type() {
  ResourceType type;
  type.name = {"apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition"};
  type.singular = "customresourcedefinition";
  type.list_kind = "CustomResourceDefinitionList";
  type.short_names = {"crd", "crds"};
  type.categories = {"api-extensions"};
  type.verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
  type.selectable = {"metadata.name", "metadata.namespace"};
  type.namespaced = false;
  type.builtin = true;
  type.counts_generation = true;
  TypeVersion version;
  version.name = "v1";
  version.storage = true;
  version.has_status = true;
  const auto schema = definition_schema();
  version.schema_text = schema.dump();
  version.schema = schema::Schema::parse(schema).value();
  version.merge_type = apply::builtin_merge_type(type.name.plural);
  version.columns = builtin_columns(type.name);
  type.versions.push_back(std::move(version));
  return type;
}

}  // namespace hearth::api
