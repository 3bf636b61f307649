// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/response.hpp"

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

using nlohmann::json;

Response json_response(int status, const json& body) {
  return object_response(status, Object::of(body));
}

Response object_response(int status, ObjectPtr object) {
  return {status, {{"Content-Type", "application/json"}}, std::move(object), {}};
}

Response text_response(int status, std::string body, std::string type) {
  return {status, {{"Content-Type", std::move(type)}}, nullptr, std::move(body)};
}

Response status_response(const Status& status) {
  const auto body = status.body();
  auto response = json_response(status.code(), body);
  if (const auto* seconds = at_path(body, {"details", "retryAfterSeconds"}))
    response.headers.add("Retry-After", seconds->dump());
  return response;
}

void add_warning(net::Headers& headers, const std::string& text) {
  headers.add("Warning", "299 - " + nlohmann::json(text).dump());
}

net::HttpResponse to_http(Response response) {
  auto body = response.document ? response.document->text() : std::move(response.text);
  return {response.status, std::move(response.headers), std::move(body)};
}

}  // namespace hearth::api
