// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/kube/json_access.hpp"
#include "sdk/schema/json_text.hpp"

namespace hearth::kube {
namespace {

std::string_view reason_of_code(int http_status) {
  switch (http_status) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Expired";
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    case 504:
      return "Timeout";
    default:
      return http_status >= 500 ? "ServerError" : "UnexpectedStatus";
  }
}

std::string shortened(std::string_view body) {
  constexpr std::size_t kLongest = 200;
  std::string text(body.substr(0, kLongest));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return body.size() > kLongest ? text + "…" : text;
}

Error from_status(int http_status, const nlohmann::json& status) {
  Error error{class_of_status(http_status), string_at(status, "reason"), string_at(status, "message")};
  if (error.code.empty() || http_status == 410) error.code = reason_of_code(http_status);
  if (error.text.empty()) error.text = fmt::format("the server answered {} {}", http_status, error.code);
  return error;
}

bool is_status(const nlohmann::json& document) {
  return document.is_object() && string_at(document, "kind") == "Status";
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  auto document = schema::parse_json(text);
  if (!document) {
    return unavailable("BadAnswer", fmt::format("expected JSON, got \"{}\"", shortened(text)));
  }
  // json converts to anything, an Error too: the value has to be named as such.
  return {boost::system::in_place_value, std::move(document->value)};
}

ErrorClass class_of_status(int http_status) {
  switch (http_status) {
    case 401:
    case 403:
      return ErrorClass::denied;
    case 404:
      return ErrorClass::not_found;
    case 409:
    case 410:
      return ErrorClass::conflict;
    case 408:
    case 504:
      return ErrorClass::timeout;
    case 429:
      return ErrorClass::unavailable;
    default:
      return http_status >= 500 ? ErrorClass::unavailable : ErrorClass::invalid;
  }
}

Error status_error(int http_status, std::string_view body) {
  const auto document = parse_json(body);
  if (document && is_status(*document)) return from_status(http_status, *document);
  const auto quoted = shortened(body);
  auto text = fmt::format("the server answered {}", http_status);
  if (!quoted.empty()) text += ": " + quoted;
  return {class_of_status(http_status), std::string(reason_of_code(http_status)), std::move(text)};
}

Error document_error(int http_status, const nlohmann::json& document) {
  if (is_status(document)) return from_status(http_status, document);
  return status_error(http_status, document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Error status_error(const nlohmann::json& status) {
  const auto code = status.is_object() ? status.find("code") : status.end();
  const bool known = status.is_object() && code != status.end() && code->is_number_integer();
  return from_status(known ? code->get<int>() : 500, status);
}

}  // namespace hearth::kube
