// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/builtin_kinds_text.hpp"
#include "cloud/api/openapi/openapi.hpp"

namespace hearth::openapi {

using nlohmann::json;

std::vector<OpenApiKind> builtin_kinds() {
  const json file = json::parse(builtin_kinds_text());
  std::vector<OpenApiKind> kinds;
  for (const json& source : file.at("kinds")) {
    OpenApiKind& kind = kinds.emplace_back();
    source.at("group").get_to(kind.group);
    source.at("version").get_to(kind.version);
    source.at("kind").get_to(kind.kind);
    source.at("plural").get_to(kind.plural);
    source.at("singular").get_to(kind.singular);
    source.at("namespaced").get_to(kind.namespaced);
    source.at("has_status").get_to(kind.has_status);
    source.at("verbs").get_to(kind.verbs);
    kind.schema = source.at("schema");
  }
  return kinds;
}

json builtin_definitions() {
  return json::parse(builtin_kinds_text()).at("definitions");
}

}  // namespace hearth::openapi
