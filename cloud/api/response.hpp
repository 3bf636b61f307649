// SPDX-License-Identifier: Apache-2.0
// What a handler answers: a document, which becomes text only where text is wanted, or a text by itself.
// Thread: plain values; documents and texts are shared and never change.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cloud/api/change.hpp"
#include "cloud/api/status.hpp"
#include "sdk/net/http.hpp"

namespace hearth::api {

struct Response {
  int status = 200;
  net::Headers headers;
  ObjectPtr document;  ///< null: the text is all there is
  TextPtr text;        ///< of the document where it has been printed already
};

/// Objects hold only text that was valid UTF-8 when parsed; what quotes a request is made valid.
TextPtr print_object(const nlohmann::json& object);

Response json_response(int status, nlohmann::json body);
Response object_response(int status, ObjectPtr object, TextPtr text = nullptr);
Response text_response(int status, std::string body, std::string type = "text/plain; charset=utf-8");
Response status_response(const Status& status);

net::HttpResponse to_http(Response response);

}  // namespace hearth::api
