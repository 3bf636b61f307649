// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/openapi.hpp"

#include <openssl/evp.h>

#include <array>

#include "cloud/api/openapi/definitions.hpp"
#include "cloud/api/openapi/gnostic.hpp"
#include "cloud/api/openapi/operations.hpp"
#include "cloud/api/openapi/paths.hpp"

namespace hearth::openapi {
namespace {

using nlohmann::json;
using KindList = std::vector<const OpenApiKind*>;

constexpr const char* kJson = "application/json";
constexpr const char* kV2Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

std::string sha256_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 0x0FU];
  }
  return hex;
}

Document make_document(std::string body, const char* content_type) {
  std::string hash = sha256_hex(body);
  return {std::move(body), content_type, std::move(hash)};
}

Document make_json(const json& value) {
  return make_document(value.dump(-1, ' ', false, json::error_handler_t::replace), kJson);
}

json make_info(const std::string& server_version) {
  return {{"title", "Hearth"}, {"version", server_version}};
}

json version3(const KindList& kinds, const std::string& server_version) {
  return {{"openapi", "3.0.0"},
          {"info", make_info(server_version)},
          {"paths", paths_version3(kinds)},
          {"components", {{"schemas", make_definitions(kinds)}}}};
}

json version2(const KindList& kinds, const std::string& server_version) {
  return {{"swagger", "2.0"},
          {"info", make_info(server_version)},
          {"paths", paths_version2(kinds)},
          {"definitions", to_version2(make_definitions(kinds))}};
}

json make_index(const std::map<std::string, Document>& documents) {
  json paths = json::object();
  for (const auto& [key, document] : documents) {
    paths[key] = {{"serverRelativeURL", "/openapi/v3/" + key + "?hash=" + document.hash}};
  }
  return {{"paths", std::move(paths)}};
}

}  // namespace

OpenApiDocuments make_openapi(const std::vector<OpenApiKind>& kinds, const std::string& server_version) {
  KindList all;
  std::map<std::string, KindList> by_version;
  for (const OpenApiKind& kind : kinds) {
    all.push_back(&kind);
    by_version[group_version_path(kind)].push_back(&kind);
  }
  OpenApiDocuments made;
  for (const auto& [key, members] : by_version)
    made.v3[key] = make_json(version3(members, server_version));
  made.v3_index = make_json(make_index(made.v3));
  const json v2 = version2(all, server_version);
  made.v2_json = make_json(v2);
  made.v2_protobuf = make_document(encode_gnostic(v2), kV2Protobuf);
  return made;
}

}  // namespace hearth::openapi
