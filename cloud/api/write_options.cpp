// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/write_options.hpp"

#include <algorithm>

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxManager = 128;

KindName options_kind(const Call& call) {
  const auto& method = call.request.method;
  if (method == "PATCH") return {"meta.k8s.io", "options", "PatchOptions"};
  return {"meta.k8s.io", "options", method == "PUT" ? "UpdateOptions" : "CreateOptions"};
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

std::vector<Violation> manager_violations(const std::string& manager) {
  if (manager.size() > kMaxManager) {
    return {{"fieldManager", "FieldValueTooLong",
             "Too long: may not be more than " + std::to_string(kMaxManager) + " bytes"}};
  }
  if (!printable(manager)) {
    return {{"fieldManager", "FieldValueInvalid",
             "Invalid value: " + json(manager).dump(-1, ' ', false, json::error_handler_t::replace) +
                 ": should only contain printable characters"}};
  }
  return {};
}

/// The program's name: what stands in front of the version.
std::string program_of(std::string_view user_agent) {
  auto name = user_agent.substr(0, std::min(user_agent.find('/'), kMaxManager));
  return printable(name) && !name.empty() ? std::string(name) : "unknown";
}

void check_apply(const Call& call, bool applies, std::vector<Violation>& found) {
  if (applies && call.target.value("fieldManager").empty())
    found.push_back({"fieldManager", "FieldValueRequired", "Required value: is required for apply patch"});
  const bool given = call.target.query.contains("force");
  if (!applies && given && call.request.method == "PATCH") {
    found.push_back({"force", "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch"});
  }
}

}  // namespace

Answer<WriteOptions> write_options(const Call& call, bool applies) {
  WriteOptions options;
  const auto kind = options_kind(call);
  const auto manager = call.target.value("fieldManager");
  auto violations = manager_violations(manager);
  check_apply(call, applies, violations);
  const auto dry_run = call.target.value("dryRun");
  if (!dry_run.empty() && dry_run != "All") {
    violations.push_back({"dryRun", "FieldValueNotSupported",
                          "Unsupported value: []string{\"" + dry_run + "\"}: supported values: \"All\""});
  }
  if (!violations.empty()) return invalid(kind, "", violations);
  auto check = field_check(call.target.value("fieldValidation"), kind);
  if (!check) return check.error();
  options.check = *check;
  options.dry_run = !dry_run.empty();
  options.manager = manager.empty() ? program_of(call.request.headers.get("User-Agent")) : manager;
  options.force = applies && call.target.flag("force");
  return options;
}

}  // namespace hearth::api
