// SPDX-License-Identifier: Apache-2.0
// The ways in which Kubernetes says that a field is wrong, each with its cause and its words.
// Thread: pure functions.   Errors: none.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cloud/api/base/admission.hpp"

namespace hearth::api {

inline Violation required_value(std::string field, const std::string& why = {}) {
  return {std::move(field), "FieldValueRequired", why.empty() ? "Required value" : "Required value: " + why};
}

inline Violation invalid_value(std::string field, const nlohmann::json& value, const std::string& why) {
  return {
      std::move(field), "FieldValueInvalid",
      "Invalid value: " + value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + ": " + why};
}

inline Violation forbidden_field(std::string field, const std::string& why) {
  return {std::move(field), "FieldValueForbidden", "Forbidden: " + why};
}

inline Violation unsupported_value(std::string field, const nlohmann::json& value,
                                   std::initializer_list<std::string_view> supported) {
  std::string listed;
  for (const auto text : supported)
    listed += std::string(listed.empty() ? "" : ", ").append("\"").append(text).append("\"");
  return {std::move(field), "FieldValueNotSupported",
          "Unsupported value: " + value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
              ": supported values: " + listed};
}

}  // namespace hearth::api
