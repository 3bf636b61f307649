// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/continuation.hpp"

#include <algorithm>

#include "cloud/api/base/json_view.hpp"
#include "sdk/base/base64.hpp"
#include "sdk/base/bounded_json.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::string_view kForm = "meta.k8s.io/v1";
constexpr std::size_t kLongest = 4096;

Status not_valid(const std::string& why) {
  return bad_request("continue key is not valid: " + why);
}

/// The alphabet that needs no escaping in a query, without padding.
std::string encode_url(std::string_view bytes) {
  auto text = encode_base64(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

Result<std::string> decode_url(std::string_view text) {
  if (text.size() > kLongest) return hearth::invalid("TooLong", "it is too long");
  if (text.find_first_of("+/= \t\r\n") != std::string_view::npos)
    return hearth::invalid("NoBase64", "not base64url: a character of another alphabet");
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  return decode_base64(padded);
}

/// NAMESPACE/NAME, or NAME.
Answer<Continuation> read_start(const std::string& start) {
  Continuation from;
  const auto slash = start.find('/');
  if (slash != std::string::npos) from.ns = start.substr(0, slash);
  from.name = start.substr(slash == std::string::npos ? 0 : slash + 1);
  const bool odd = slash == 0 || from.name.empty() || from.name.find('/') != std::string::npos;
  if (odd) return not_valid(start);
  return from;
}

}  // namespace

std::string encode(const Continuation& continuation) {
  json token = {{"v", kForm}, {"rv", continuation.version}};
  // As Kubernetes has it: the newest state is -1.
  if (continuation.version == 0) token["rv"] = -1;
  token["start"] = continuation.ns.empty() ? continuation.name : continuation.ns + "/" + continuation.name;
  return encode_url(token.dump(-1, ' ', false, json::error_handler_t::replace));
}

Answer<Continuation> decode_continuation(std::string_view token) {
  const auto text = decode_url(token);
  if (!text) return not_valid(text.error().text);
  const auto document = parse_json(*text, kLongest);
  if (!document) return not_valid(document.error().text);
  if (text_at(*document, {"v"}) != kForm) return not_valid("server does not recognize this encoded version");
  const auto* version = at_path(*document, {"rv"});
  if (version == nullptr || !version->is_number_integer() || *version == 0)
    return not_valid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  const auto start = text_at(*document, {"start"});
  if (start.empty()) return not_valid("encoded start key empty (version meta.k8s.io/v1)");
  auto from = read_start(start);
  if (from && *version > 0) from->version = version->get<std::uint64_t>();
  return from;
}

}  // namespace hearth::api
