// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/definition_files.hpp"

#include <spdlog/spdlog.h>

#include "cloud/api/kinds/definition.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr const char* kMark = "hearth/definition-mark";

/// A number that another text will not have by chance (FNV-1a).
std::string mark_of(const json& definition) {
  std::uint64_t mark = 14695981039346656037ULL;
  for (const char c : definition.dump())
    mark = (mark ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return std::to_string(mark);
}

}  // namespace

Result<std::vector<json>> parse_definitions(const std::vector<std::string>& texts) {
  std::vector<json> definitions;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto called = "CRD document " + std::to_string(i + 1);
    auto documents = schema::parse_yaml(texts[i], called);
    if (!documents) return documents.error();
    for (auto& document : *documents) {
      if (text_at(document, {"kind"}) != "CustomResourceDefinition" || name_of(document).empty()) {
        return hearth::invalid("BadDefinition",
                               called + " is no CustomResourceDefinition of apiextensions.k8s.io/v1");
      }
      definitions.push_back(std::move(document));
    }
  }
  return definitions;
}

Answer<ObjectPtr> store_definitions(Transaction& transaction, const RegistryPtr& kinds,
                                    const std::vector<json>& definitions, WallTime now) {
  const LifecycleContext context{kinds, kinds->find_resource(kDefinitions), nullptr, nullptr, now};
  for (auto definition : definitions) {
    const auto mark = mark_of(definition);
    definition["metadata"]["annotations"][kMark] = mark;
    const auto current = transaction.get({kDefinitions, "", name_of(definition)});
    const bool known =
        current != nullptr && text_at(current->tree(), {"metadata", "annotations", kMark}) == mark;
    if (known) continue;
    if (current == nullptr) {
      if (auto made = create_object(transaction, context, std::move(definition)); !made) return made;
      continue;
    }
    const auto changed = change_object(transaction, context, current, std::move(definition), false);
    if (!changed)
      spdlog::warn("api: a definition stays as clients have made it: {}", changed.error().message());
  }
  return ObjectPtr();
}

}  // namespace hearth::api
