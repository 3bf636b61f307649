// SPDX-License-Identifier: Apache-2.0
// One kind as this server knows it: from a CustomResourceDefinition, or built in.
// Thread: never changes once made; shared.   Errors: a bad CRD gives an Error that names it.
#pragma once

#include <cstdint>
#include <functional>
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

/// Names from the root of an object down to a field.
using FieldPath = std::vector<std::string>;
std::string joined(const FieldPath& path);

/// What /scale shows and changes; the selector's path may be empty.
struct ScalePaths {
  FieldPath spec_replicas;
  FieldPath status_replicas;
  FieldPath label_selector;
};

struct TypeVersion {
  std::string name;  ///< v1beta1
  bool served = true;
  bool storage = false;
  bool has_status = false;                      ///< there is a /status subresource
  std::optional<schema::Schema> schema;         ///< none for CustomResourceDefinitions
  std::optional<schema::Schema> status_schema;  ///< of the part that has writes of its own
  apply::MergeTypePtr merge_type;               ///< never null: how its parts are merged and owned
  std::string schema_text;                      ///< openAPIV3Schema as JSON, for the OpenAPI documents
  TableColumns columns;
  std::string deprecation;    ///< what its users are warned of; empty: it is not deprecated
  bool has_defaults = false;  ///< objects stored before the schema came lack them
  std::vector<Subresource> subresources;
  std::optional<ScalePaths> scale;
};

/// Turns an object, whose apiVersion says what it is in, into another version; takes and gives that one's apiVersion.
using Converter = std::function<nlohmann::json(nlohmann::json object, const std::string& api_version)>;

struct ResourceType {
  KindName name;
  std::string singular;
  std::string list_kind;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  std::vector<std::string> selectable;  ///< field selector paths
  std::vector<TypeVersion> versions;
  Converter converter;           ///< null: versions differ by their schemas alone
  std::uint64_t defined_at = 0;  ///< the store's version at which the definition became what it is
  bool namespaced = true;
  bool builtin = false;
  bool counts_generation = false;  ///< metadata.generation goes up with each change of what is wanted
  bool stored =
      true;  ///< false: a question that is answered, such as an access review; nothing is kept of it
  std::string stored_as;  ///< the resource whose objects these are, seen in another form; empty: its own

  /// Under which its objects are stored.
  std::string resource() const { return stored_as.empty() ? name.resource() : stored_as; }
  /// Null unless it is served.
  const TypeVersion* version(const std::string& wanted) const;
  const TypeVersion& storage_version() const;
  bool allows(std::string_view verb) const;
};

std::string api_version(const std::string& group, const std::string& version);

/// v1 before v1beta1 before v1alpha2 before names of another form: the order in which clients prefer them.
bool preferred_before(const std::string& a, const std::string& b);

/// From a CustomResourceDefinition (apiextensions.k8s.io/v1), with the names its status has accepted.
Result<ResourceType> custom_type(const nlohmann::json& crd);
/// Those every Kubernetes API has, as far as devices need them.
std::vector<ResourceType> builtin_types();

}  // namespace hearth::api
