// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/body.hpp"

#include "sdk/schema/json_text.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

namespace {

constexpr std::string_view kAccepted =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";

Answer<Body> decode_yaml(const std::string& text) {
  auto document = schema::parse_yaml_document(text, "body");
  if (!document) return bad_request("error converting YAML to JSON: " + document.error().text);
  Body body;
  body.document = std::move(*document);
  return body;
}

}  // namespace

Answer<Body> decode_json(const std::string& text) {
  auto parsed = schema::parse_json(text);
  if (!parsed) return bad_request("couldn't get version/kind; json parse error: " + parsed.error().text);
  Body body;
  body.document = std::move(parsed->value);
  body.duplicates = std::move(parsed->duplicate_keys);
  return body;
}

Answer<Body> decode_body(std::string_view content_type, const std::string& body, const std::string& kind) {
  if (body.size() > kMaxBody) return too_large(kMaxBody);
  if (body.empty()) return Body{};
  const auto type = content_type.substr(0, content_type.find(';'));
  const auto unrecognized = [&](Answer<Body> decoded) -> Answer<Body> {
    if (decoded || decoded.error().code() != 400) return decoded;
    return bad_request("the object provided is unrecognized (must be of type " + kind +
                       "): " + decoded.error().message());
  };
  if (type.empty() || type == "application/json") return unrecognized(decode_json(body));
  if (type == "application/yaml") return unrecognized(decode_yaml(body));
  if (type != "application/vnd.kubernetes.protobuf") return unsupported_type(kAccepted);
  auto document = decode_protobuf(body);
  if (!document) return document.error();
  Body decoded;
  decoded.document = std::move(*document);
  return decoded;
}

Answer<Body> take_body(const Call& call, const std::string& kind) {
  if (call.document) return Body{std::move(*call.document), {}};
  return decode_body(call.request.headers.get("Content-Type"), call.request.body, kind);
}

Answer<Body> take_patch(const Call& call) {
  if (call.document) return Body{std::move(*call.document), {}};
  auto body = decode_json(call.request.body);
  if (!body) return bad_request("error decoding patch: " + body.error().message());
  return body;
}

}  // namespace hearth::api
