// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/response.hpp"

#include "cloud/api/json_printer.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kLikelySize = 4096;

}  // namespace

TextPtr print_object(const json& object) {
  std::string text;
  text.reserve(kLikelySize);
  append_json(object, text);
  text.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(text));
}

Response json_response(int status, json body) {
  return object_response(status, std::make_shared<const json>(std::move(body)));
}

Response object_response(int status, ObjectPtr object, TextPtr text) {
  return {status, {{"Content-Type", "application/json"}}, std::move(object), std::move(text)};
}

Response text_response(int status, std::string body, std::string type) {
  return {status,
          {{"Content-Type", std::move(type)}},
          nullptr,
          std::make_shared<const std::string>(std::move(body))};
}

Response status_response(const Status& status) {
  return json_response(status.code(), status.body());
}

net::HttpResponse to_http(Response response) {
  if (!response.text && response.document) response.text = print_object(*response.document);
  net::HttpResponse http{response.status, std::move(response.headers), {}};
  if (response.text) http.body = *response.text;
  return http;
}

}  // namespace hearth::api
