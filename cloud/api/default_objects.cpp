// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/default_objects.hpp"

#include <algorithm>

#include "cloud/access/default_roles.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

const ResourceType* type_of(const Registry& kinds, const std::string& kind) {
  const auto& types = kinds.types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const TypePtr& type) {
    return type->name.group == kRbacGroup && type->name.kind == kind;
  });
  return found == types.end() ? nullptr : found->get();
}

Answer<ObjectPtr> heal_one(Transaction& transaction, const RegistryPtr& kinds, const json& document,
                           WallTime now) {
  const auto* type = type_of(*kinds, text_at(document, {"kind"}));
  if (type == nullptr) return internal_status("a default role is of kind " + text_at(document, {"kind"}));
  const LifecycleContext context{kinds, type, nullptr, nullptr, now};
  auto wanted = access::complete_default(document);
  const auto stored = transaction.get({type->resource(), namespace_of(wanted), name_of(wanted)});
  if (stored == nullptr) return create_object(transaction, context, std::move(wanted));
  return change_object(transaction, context, stored, access::healed(stored->tree(), wanted), false);
}

}  // namespace

Answer<ObjectPtr> heal_default_roles(Transaction& transaction, const RegistryPtr& kinds,
                                     const std::vector<std::string>& documents, WallTime now) {
  auto texts = documents;
  texts.emplace(texts.begin(), access::default_roles());
  for (const auto& text : texts) {
    const auto parsed = schema::parse_yaml(text, "default roles");
    if (!parsed) return internal_status(parsed.error().text);
    for (const auto& document : *parsed) {
      if (auto stored = heal_one(transaction, kinds, document, now); !stored) return stored;
    }
  }
  return ObjectPtr();
}

}  // namespace hearth::api
