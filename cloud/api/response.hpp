// SPDX-License-Identifier: Apache-2.0
// What a handler answers: a document of JSON, shared with the store where it is an object of it, or a text by itself.
// Thread: plain values; documents never change.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cloud/api/base/status.hpp"
#include "cloud/api/store/change.hpp"
#include "sdk/net/http.hpp"

namespace hearth::api {

struct Response {
  int status = 200;
  net::Headers headers;
  ObjectPtr document;  ///< null: the text is the answer
  std::string text;
};

/// What quotes a request and is no UTF-8 is made valid.
Response json_response(int status, const nlohmann::json& body);
Response object_response(int status, ObjectPtr object);
Response text_response(int status, std::string body, std::string type = "text/plain; charset=utf-8");
Response status_response(const Status& status);

/// What kubectl prints in front of the answer.
void add_warning(net::Headers& headers, const std::string& text);

net::HttpResponse to_http(Response response);

}  // namespace hearth::api
