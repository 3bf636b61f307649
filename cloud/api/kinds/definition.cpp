// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/definition.hpp"

#include <algorithm>
#include <set>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/kinds/definition_schema.hpp"
#include "cloud/api/kinds/definition_status.hpp"
#include "cloud/api/kinds/field_violations.hpp"
#include "cloud/api/kinds/json_path.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr const char* kApproval = "api-approved.kubernetes.io";
constexpr const char* kLabelRule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

/// Why `text` is no DNS-1035 label; empty: it is one.
std::string label_fault(const std::string& text) {
  const auto inner = [](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '-'; };
  if (text.size() > 63) return "must be no more than 63 characters";
  const bool sound = !text.empty() && is_lower(text.front()) && text.back() != '-' &&
                     std::all_of(text.begin(), text.end(), inner);
  return sound ? "" : kLabelRule;
}

/// Checks one definition; what is wrong gathers in the order of Kubernetes' own checks.
class Check {
 public:
  Check(const json& definition, const json* old) : definition_(definition), old_(old) {}

  std::vector<Violation> run() && {
    check_name();
    check_group();
    check_scope();
    check_versions();
    check_names();
    check_conversion();
    if (old_ != nullptr) check_unchanged();
    return std::move(found_);
  }

 private:
  std::string at(const char* name) const { return text_at(definition_, {"spec", name}); }
  std::string name_at(const char* name) const { return text_at(definition_, {"spec", "names", name}); }

  void check_name() {
    if (name_of(definition_) == name_at("plural") + "." + at("group")) return;
    found_.push_back(
        invalid_value("metadata.name", name_of(definition_), R"(must be spec.names.plural+"."+spec.group)"));
  }

  void check_group() {
    const auto group = at("group");
    if (group.empty()) {
      found_.push_back(required_value("spec.group"));
    } else if (!is_dns_subdomain(group)) {
      found_.push_back(invalid_value("spec.group", group, kSubdomainRule));
    } else if (group.find('.') == group.npos) {
      found_.push_back(invalid_value("spec.group", group, "should be a domain with at least one dot"));
    }
    const bool kubernetes_own = group.ends_with(".k8s.io") || group.ends_with(".kubernetes.io") ||
                                group == "k8s.io" || group == "kubernetes.io";
    if (kubernetes_own && text_at(definition_, {"metadata", "annotations", kApproval}).empty()) {
      found_.push_back(required_value(std::string("metadata.annotations[") + kApproval + "]",
                                      std::string("protected groups must have approval annotation \"") +
                                          kApproval +
                                          "\", see https://github.com/kubernetes/enhancements/pull/1111"));
    }
  }

  void check_scope() {
    const auto scope = at("scope");
    if (scope.empty()) {
      found_.push_back(required_value("spec.scope"));
    } else if (scope != "Cluster" && scope != "Namespaced") {
      found_.push_back(unsupported_value("spec.scope", scope, {"Cluster", "Namespaced"}));
    }
    const auto* preserve = at_path(definition_, {"spec", "preserveUnknownFields"});
    if (preserve != nullptr && *preserve == true)
      found_.push_back(invalid_value("spec.preserveUnknownFields", true, "must be false"));
  }

  void check_versions() {
    const auto& versions = array_at(definition_, {"spec", "versions"});
    std::set<std::string> names;
    int stored = 0;
    bool unique = true;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const auto path = "spec.versions[" + std::to_string(i) + "]";
      const auto name = text_at(versions[i], {"name"});
      unique = names.insert(name).second && unique;
      const auto* storage = at_path(versions[i], {"storage"});
      if (storage != nullptr && *storage == true) ++stored;
      if (const auto fault = label_fault(name); !fault.empty())
        found_.push_back(invalid_value(path + ".name", name, fault));
      check_version(versions[i], path);
    }
    if (!unique)
      found_.push_back(invalid_value("spec.versions", versions.size(), "must contain unique version names"));
    if (stored != 1) {
      found_.push_back(invalid_value("spec.versions", versions.size(),
                                     "must have exactly one version marked as storage version"));
    }
  }

  void check_version(const json& version, const std::string& path) {
    const auto* schema = at_path(version, {"schema", "openAPIV3Schema"});
    const auto schema_path = path + ".schema.openAPIV3Schema";
    if (schema == nullptr) {
      found_.push_back(required_value(schema_path, "schemas are required"));
    } else {
      auto more = check_definition_schema(*schema, schema_path);
      found_.insert(found_.end(), more.begin(), more.end());
    }
    const auto& columns = array_at(version, {"additionalPrinterColumns"});
    for (std::size_t i = 0; i < columns.size(); ++i)
      check_column(columns[i], path + ".additionalPrinterColumns[" + std::to_string(i) + "]");
    if (const auto* scale = at_path(version, {"subresources", "scale"}); scale != nullptr)
      check_scale(*scale, path + ".subresources.scale");
    const auto& fields = array_at(version, {"selectableFields"});
    for (std::size_t i = 0; i < fields.size(); ++i) {
      check_json_path(fields[i], "jsonPath", path + ".selectableFields[" + std::to_string(i) + "].jsonPath");
    }
  }

  void check_json_path(const json& holder, const char* name, const std::string& path) {
    const auto text = text_at(holder, {name});
    if (text.empty()) {
      found_.push_back(required_value(path));
    } else if (const auto parsed = JsonPath::parse(text); !text.starts_with('.') || !parsed) {
      found_.push_back(
          invalid_value(path, text, "must be a simple json path starting with \".\", such as .spec.field"));
    }
  }

  void check_column(const json& column, const std::string& path) {
    if (text_at(column, {"name"}).empty()) found_.push_back(required_value(path + ".name"));
    const auto type = text_at(column, {"type"});
    if (type.empty()) {
      found_.push_back(required_value(path + ".type", "must be one of boolean,date,integer,number,string"));
    } else if (!std::set<std::string>{"boolean", "date", "integer", "number", "string"}.contains(type)) {
      found_.push_back(
          invalid_value(path + ".type", type, "must be one of boolean,date,integer,number,string"));
    }
    check_json_path(column, "jsonPath", path + ".jsonPath");
  }

  void check_scale(const json& scale, const std::string& path) {
    for (const auto* name : {"specReplicasPath", "statusReplicasPath"}) {
      check_json_path(scale, name, path + "." + name);
      if (const auto text = text_at(scale, {name}); text.find_first_of("[]*'\"") != text.npos)
        found_.push_back(
            invalid_value(path + "." + name, text, "should be a json path without array notation"));
    }
    if (const auto text = text_at(scale, {"specReplicasPath"}); !text.empty() && !text.starts_with(".spec."))
      found_.push_back(invalid_value(path + ".specReplicasPath", text, "should be a json path under .spec"));
    if (const auto text = text_at(scale, {"statusReplicasPath"});
        !text.empty() && !text.starts_with(".status."))
      found_.push_back(
          invalid_value(path + ".statusReplicasPath", text, "should be a json path under .status"));
  }

  void check_label(const std::string& path, const std::string& text, bool mixed_case) {
    const auto fault = label_fault(mixed_case ? lower(text) : text);
    if (fault.empty()) return;
    found_.push_back(invalid_value(
        path, text, mixed_case ? "may have mixed case, but should otherwise match: " + fault : fault));
  }

  void check_name_list(const char* list) {
    const auto& names = array_at(definition_, {"spec", "names", list});
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto path = std::string("spec.names.") + list + "[" + std::to_string(i) + "]";
      check_label(path, names[i].is_string() ? names[i].get<std::string>() : "", false);
    }
  }

  void check_names() {
    for (const auto* name : {"plural", "singular", "kind", "listKind"}) {
      const auto text = name_at(name);
      const auto path = std::string("spec.names.") + name;
      const bool kind = std::string_view(name) == "kind" || std::string_view(name) == "listKind";
      if (text.empty()) {
        found_.push_back(required_value(path));
      } else {
        check_label(path, text, kind);
      }
    }
    if (const auto kind = name_at("kind"); !kind.empty() && kind == name_at("listKind")) {
      found_.push_back(invalid_value("spec.names.listKind", kind, "kind and listKind may not be the same"));
    }
    check_name_list("shortNames");
    check_name_list("categories");
  }

  void check_conversion() {
    const auto strategy = text_at(definition_, {"spec", "conversion", "strategy"});
    if (strategy == "Webhook") {
      found_.push_back(forbidden_field("spec.conversion.strategy", "this server calls no webhooks"));
    } else if (strategy != "None") {
      found_.push_back(unsupported_value("spec.conversion.strategy", strategy, {"None", "Webhook"}));
    }
  }

  void check_unchanged() {
    const auto same = [&](const std::string& path, const std::string& value, const std::string& before) {
      if (value != before) found_.push_back(invalid_value(path, value, "field is immutable"));
    };
    same("spec.group", at("group"), text_at(*old_, {"spec", "group"}));
    if (is_established(*old_)) {
      same("spec.scope", at("scope"), text_at(*old_, {"spec", "scope"}));
      same("spec.names.kind", name_at("kind"), text_at(*old_, {"spec", "names", "kind"}));
    }
    same("spec.names.plural", name_at("plural"), text_at(*old_, {"spec", "names", "plural"}));
    auto more = check_stored_versions(definition_);
    found_.insert(found_.end(), more.begin(), more.end());
  }

  const json& definition_;
  const json* old_;
  std::vector<Violation> found_;
};

}  // namespace

void complete_definition(json& definition) {
  auto& spec = definition["spec"];
  if (!spec.is_object()) return;
  auto& names = spec["names"];
  if (!names.is_object()) return;
  const auto kind = text_at(names, {"kind"});
  if (text_at(names, {"singular"}).empty()) names["singular"] = lower(kind);
  if (text_at(names, {"listKind"}).empty()) names["listKind"] = kind + "List";
  if (text_at(spec, {"conversion", "strategy"}).empty()) spec["conversion"] = {{"strategy", "None"}};
}

std::vector<Violation> check_stored_versions(const json& definition) {
  std::vector<Violation> found;
  const auto& versions = array_at(definition, {"spec", "versions"});
  const auto& stored = array_at(definition, {"status", "storedVersions"});
  const auto exists = [&](const json& name) {
    return std::any_of(versions.begin(), versions.end(), [&](const json& version) {
      return version.is_object() && version.contains("name") && version["name"] == name;
    });
  };
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (exists(stored[i])) continue;
    found.push_back(invalid_value("status.storedVersions[" + std::to_string(i) + "]", stored[i],
                                  "missing from spec.versions; " + stored[i].dump() +
                                      " was previously a storage version, and must remain in spec.versions "
                                      "until a storage migration ensures no data remains persisted in " +
                                      stored[i].dump() + " and removes it from status.storedVersions"));
  }
  return found;
}

std::vector<Violation> check_definition(const json& definition, const json* old) {
  if (!at_path(definition, {"spec"}) || !definition["spec"].is_object()) return {required_value("spec")};
  return Check(definition, old).run();
}

}  // namespace hearth::api
