// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/owner_references.hpp"

#include <cstring>

#include "cloud/object/member_scan.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// In annotations quotes are escaped, so only the member itself is found.
constexpr std::string_view kMember = R"("ownerReferences":)";

void check_one(const json& reference, std::vector<Violation>& found) {
  const auto invalid = [&](const char* field, const std::string& value, const char* why) {
    found.push_back({std::string("metadata.ownerReferences.") + field, "FieldValueInvalid",
                     "Invalid value: " + in_quotes(value) + ": " + why});
  };
  const auto version = text_at(reference, {"apiVersion"});
  const auto slash = version.find('/');
  if (version.empty() || (slash != version.npos && slash + 1 == version.size()))
    invalid("apiVersion", version, "version must not be empty");
  const auto kind = text_at(reference, {"kind"});
  if (kind.empty()) invalid("kind", "", "kind must not be empty");
  if (text_at(reference, {"name"}).empty()) invalid("name", "", "name must not be empty");
  if (text_at(reference, {"uid"}).empty()) invalid("uid", "", "uid must not be empty");
  if (version == "v1" && kind == "Event") {
    found.push_back(
        {"metadata.ownerReferences", "FieldValueInvalid",
         "Invalid value: " + reference.dump() + ": /v1, Kind=Event is disallowed from being an owner"});
  }
}

bool is_true(const json& reference, const char* member) {
  const auto* flag = at_path(reference, {member});
  return flag != nullptr && *flag == true;
}

}  // namespace

std::vector<OwnerReference> owners_of(const Object& object) {
  const auto metadata = object.metadata();
  if (::memmem(metadata.data(), metadata.size(), kMember.data(), kMember.size()) == nullptr) return {};
  std::vector<OwnerReference> owners;
  object::ItemScan items(object::value_at(metadata, {"ownerReferences"}));
  while (const auto item = items.next()) {
    auto uid = object::string_at(*item, {"uid"});
    if (uid.empty()) continue;
    owners.push_back({object::string_at(*item, {"apiVersion"}), object::string_at(*item, {"kind"}),
                      object::string_at(*item, {"name"}), std::move(uid),
                      object::value_at(*item, {"blockOwnerDeletion"}) == "true"});
  }
  return owners;
}

bool same_metadata(const Object& a, const Object& b) {
  if (a.version().empty() || b.version().empty()) return false;
  const auto before = [](const Object& object) {
    return object.metadata().substr(
        0, static_cast<std::size_t>(object.version().data() - object.metadata().data()));
  };
  const auto after = [&](const Object& object) {
    return object.metadata().substr(before(object).size() + object.version().size());
  };
  return before(a) == before(b) && after(a) == after(b);
}

void check_owner_references(const json& meta, std::vector<Violation>& found) {
  const auto& references = array_at(meta, {"ownerReferences"});
  std::string controller;
  for (const auto& reference : references) {
    check_one(reference, found);
    if (!is_true(reference, "controller")) continue;
    const auto name = text_at(reference, {"kind"}) + "/" + text_at(reference, {"name"});
    if (!controller.empty()) {
      found.push_back(
          {"metadata.ownerReferences", "FieldValueInvalid",
           "Invalid value: " + references.dump() +
               ": Only one reference can have Controller set to true. Found \"true\" in references for " +
               controller + " and " + name});
    } else {
      controller = name;
    }
  }
}

}  // namespace hearth::api
