// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/data_rules.hpp"

#include <algorithm>

#include "cloud/api/base/json_view.hpp"
#include "sdk/base/base64.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxData = 1024 * 1024;
constexpr const char* kKeyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

bool is_key(const std::string& key) {
  if (key.empty() || key.size() > 253 || key == "." || key.starts_with("..")) return false;
  return std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

const json& map_at(const json& object, const char* name) {
  static const json kEmpty = json::object();
  const auto* found = at_path(object, {name});
  return found != nullptr && found->is_object() ? *found : kEmpty;
}

/// Size of all values; keys and base64 are looked at on the way.
std::size_t check_map(const json& object, const char* name, bool base64, std::vector<Violation>& found) {
  std::size_t size = 0;
  for (const auto& [key, value] : map_at(object, name).items()) {
    const auto field = std::string(name) + "[" + key + "]";
    if (!is_key(key))
      found.push_back({field, "FieldValueInvalid", "Invalid value: " + in_quotes(key) + ": " + kKeyRule});
    if (!value.is_string()) continue;
    const auto& text = value.get_ref<const std::string&>();
    size += base64 ? text.size() / 4 * 3 : text.size();
    if (base64 && !decode_base64(text))
      found.push_back({field, "FieldValueInvalid", "Invalid value: illegal base64 data"});
  }
  return size;
}

void check_size(std::size_t size, std::vector<Violation>& found) {
  if (size > kMaxData) {
    found.push_back({"data", "FieldValueTooLong",
                     "Too long: may not be more than " + std::to_string(kMaxData) + " bytes"});
  }
}

void check_immutable(const json& object, const json* old, std::vector<Violation>& found) {
  const auto* was = old == nullptr ? nullptr : at_path(*old, {"immutable"});
  if (was == nullptr || *was != true) return;
  const auto forbid = [&](const char* field) {
    found.push_back({field, "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set"});
  };
  const auto* is = at_path(object, {"immutable"});
  if (is == nullptr || *is != true) forbid("immutable");
  for (const auto* field : {"data", "binaryData"}) {
    if (map_at(object, field) != map_at(*old, field)) forbid(field);
  }
}

void take_string_data(json& secret) {
  for (const auto& [key, value] : map_at(secret, "stringData").items()) {
    if (value.is_string()) secret["data"][key] = encode_base64(value.get_ref<const std::string&>());
  }
  secret.erase("stringData");
}

void require_key(const json& secret, const char* key, std::vector<Violation>& found) {
  if (!map_at(secret, "data").contains(key))
    found.push_back({std::string("data[") + key + "]", "FieldValueRequired", "Required value"});
}

void check_type(const json& secret, const std::string& type, std::vector<Violation>& found) {
  if (type == "kubernetes.io/tls") {
    require_key(secret, "tls.crt", found);
    require_key(secret, "tls.key", found);
  }
  if (type == "kubernetes.io/dockerconfigjson") require_key(secret, ".dockerconfigjson", found);
  if (type == "kubernetes.io/dockercfg") require_key(secret, ".dockercfg", found);
  if (type == "kubernetes.io/ssh-auth") require_key(secret, "ssh-privatekey", found);
  if (type == kServiceAccountToken &&
      text_at(secret, {"metadata", "annotations", kServiceAccountName}).empty()) {
    found.push_back({std::string("metadata.annotations[") + kServiceAccountName + "]", "FieldValueRequired",
                     "Required value"});
  }
}

}  // namespace

std::vector<Violation> check_config_map(const json& map, const json* old) {
  std::vector<Violation> found;
  const auto size = check_map(map, "data", false, found) + check_map(map, "binaryData", true, found);
  for (const auto& [key, value] : map_at(map, "binaryData").items()) {
    if (map_at(map, "data").contains(key)) {
      found.push_back({"data[" + key + "]", "FieldValueInvalid",
                       "Invalid value: " + in_quotes(key) + ": duplicate of key present in binaryData"});
    }
  }
  check_size(size, found);
  check_immutable(map, old, found);
  return found;
}

std::vector<Violation> check_secret(json& secret, const json* old) {
  take_string_data(secret);
  auto type = text_at(secret, {"type"});
  if (type.empty()) type = "Opaque";
  secret["type"] = type;
  std::vector<Violation> found;
  check_size(check_map(secret, "data", true, found), found);
  check_type(secret, type, found);
  check_immutable(secret, old, found);
  if (old != nullptr && text_at(*old, {"type"}) != type) {
    found.push_back(
        {"type", "FieldValueInvalid", "Invalid value: " + in_quotes(type) + ": field is immutable"});
  }
  return found;
}

}  // namespace hearth::api
