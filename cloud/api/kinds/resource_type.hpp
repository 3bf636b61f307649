// SPDX-License-Identifier: Apache-2.0
// One kind as this server knows it: from a CustomResourceDefinition, or built in.
// Thread: never changes once made; shared.   Errors: a bad CRD gives an Error that names it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/api/base/status.hpp"
#include "cloud/api/kinds/table.hpp"
#include "cloud/apply/merge_type.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::api {

/// Besides /status, which has rules of its own: serviceaccounts/token.
struct Subresource {
  std::string name;
  std::string group;  ///< of the kind that is sent to it, as are the next two
  std::string version;
  std::string kind;
  std::vector<std::string> verbs;
};

struct TypeVersion {
  std::string name;  ///< v1beta1
  bool storage = false;
  bool has_status = false;                      ///< there is a /status subresource
  std::optional<schema::Schema> schema;         ///< none for CustomResourceDefinitions
  std::optional<schema::Schema> status_schema;  ///< of the part that has writes of its own
  apply::MergeTypePtr merge_type;               ///< never null: how its parts are merged and owned
  nlohmann::json schema_source;                 ///< openAPIV3Schema, for the OpenAPI documents
  TableColumns columns;
  std::vector<Subresource> subresources;
};

struct ResourceType {
  KindName name;
  std::string singular;
  std::string list_kind;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  std::vector<std::string> selectable;  ///< field selector paths
  std::vector<TypeVersion> versions;    ///< served ones
  bool namespaced = true;
  bool builtin = false;
  bool stored = true;     ///< false: a question that is answered, such as an access review; nothing is kept of it
  std::string stored_as;  ///< the resource whose objects these are, seen in another form; empty: its own

  /// Under which its objects are stored.
  std::string resource() const { return stored_as.empty() ? name.resource() : stored_as; }
  const TypeVersion* version(const std::string& wanted) const;
  const TypeVersion& storage_version() const;
  bool allows(std::string_view verb) const;
};

std::string api_version(const std::string& group, const std::string& version);

/// From one CustomResourceDefinition document (apiextensions.k8s.io/v1).
Result<ResourceType> custom_type(const nlohmann::json& crd);
/// Those every Kubernetes API has, as far as devices need them.
std::vector<ResourceType> builtin_types();

}  // namespace hearth::api
