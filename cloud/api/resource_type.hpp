// SPDX-License-Identifier: Apache-2.0
// The kinds this server knows: from CustomResourceDefinitions, and the built-in ones.
// Thread: made at start, then shared read-only.   Errors: a bad CRD gives an Error that names it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/api/status.hpp"
#include "cloud/api/table.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::api {

struct TypeVersion {
  std::string name;  ///< v1beta1
  bool storage = false;
  bool has_status = false;                      ///< there is a /status subresource
  std::optional<schema::Schema> schema;         ///< none for built-in kinds
  std::optional<schema::Schema> status_schema;  ///< of the part that has writes of its own
  nlohmann::json schema_source;                 ///< openAPIV3Schema, for the OpenAPI documents
  TableColumns columns;
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

  std::string resource() const { return name.resource(); }
  const TypeVersion* version(const std::string& wanted) const;
  const TypeVersion& storage_version() const;
  bool allows(std::string_view verb) const;
};

std::string api_version(const std::string& group, const std::string& version);

/// From one CustomResourceDefinition document (apiextensions.k8s.io/v1).
Result<ResourceType> custom_type(const nlohmann::json& crd);
/// Namespaces, nodes, events, and what stays empty: pods, services.
std::vector<ResourceType> builtin_types();

class Registry {
 public:
  /// Every CRD of the texts; each may hold several documents.
  static Result<std::shared_ptr<const Registry>> load(const std::vector<std::string>& crd_documents);

  const std::vector<ResourceType>& types() const { return types_; }
  /// Null when there is no such kind.
  const ResourceType* find(const std::string& group, const std::string& plural) const;
  const ResourceType* find_resource(const std::string& resource) const;
  /// The CRD documents as given, for listing them.
  const std::vector<nlohmann::json>& definitions() const { return definitions_; }

 private:
  std::vector<ResourceType> types_;
  std::vector<nlohmann::json> definitions_;
};

}  // namespace hearth::api
