// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/service_tokens.hpp"

#include "cloud/access/token.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

const KindName kRequest{"authentication.k8s.io", "tokenrequests", "TokenRequest"};
const KindName kAccount{"", "serviceaccounts", "ServiceAccount"};
constexpr std::int64_t kShortest = 600;
constexpr std::int64_t kLongest = std::int64_t{1} << 32;
constexpr std::int64_t kUsual = 3600;

bool same_uid(const Transaction& transaction, const Key& key, const std::string& uid) {
  const auto object = transaction.get(key);
  return object != nullptr && object->uid() == uid;
}

bool is_dead(const Transaction& transaction, const json& record, WallTime now) {
  const auto ns = namespace_of(record);
  const auto expires = parse_rfc3339(text_at(record, {"spec", "expires"}));
  if (expires && *expires <= now) return true;
  const Key account{"serviceaccounts", ns, text_at(record, {"spec", "account"})};
  if (!same_uid(transaction, account, text_at(record, {"spec", "accountUid"}))) return true;
  const auto secret = text_at(record, {"spec", "secret"});
  return !secret.empty() &&
         !same_uid(transaction, {"secrets", ns, secret}, text_at(record, {"spec", "secretUid"}));
}

/// Seconds; what is asked for must be a whole number within Kubernetes' bounds.
Answer<std::int64_t> wanted_lifetime(const json& request) {
  const auto* asked = at_path(request, {"spec", "expirationSeconds"});
  if (asked == nullptr || asked->is_null()) return kUsual;
  const auto refuse = [](const char* why) {
    return invalid(kRequest, "",
                   {{"spec.expirationSeconds", "FieldValueInvalid", std::string("Invalid value: ") + why}});
  };
  if (!asked->is_number_integer()) return refuse("must be a whole number of seconds");
  const auto seconds = asked->get<std::int64_t>();
  if (seconds < kShortest) return refuse("may not specify a duration less than 10 minutes");
  if (seconds > kLongest) return refuse("may not specify a duration larger than 2^32 seconds");
  return seconds;
}

Answer<void> bind_to_secret(const Transaction& transaction, const json& request, TokenTerms& terms) {
  const auto* object = at_path(request, {"spec", "boundObjectRef"});
  if (object == nullptr || object->is_null()) return {};
  const auto kind = text_at(*object, {"kind"});
  const auto name = text_at(*object, {"name"});
  if (kind != "Secret") return bad_request("cannot bind token to object of type " + kind);
  const auto secret = transaction.get({"secrets", terms.ns, name});
  if (secret == nullptr) return not_found({"", "secrets", "Secret"}, name);
  const auto uid = text_at(*object, {"uid"});
  if (!uid.empty() && uid != secret->uid()) {
    return conflict({"", "secrets", "Secret"}, name,
                    "the UID in the bound object reference (" + uid +
                        ") does not match the UID in record. The object might have been deleted and then "
                        "recreated",
                    false);
  }
  terms.secret = name;
  terms.secret_uid = std::string(secret->uid());
  return {};
}

}  // namespace

std::string issue_token(Transaction& transaction, const TokenTerms& terms, WallTime now) {
  auto token = access::make_token();
  const auto name = access::token_hash(token);
  json record = {
      {"apiVersion", "hearth/v1"},
      {"kind", "ServiceAccountToken"},
      {"metadata",
       {{"name", name},
        {"namespace", terms.ns},
        {"uid", new_uuid()},
        {"creationTimestamp", to_rfc3339(now)}}},
      {"spec",
       {{"account", terms.account}, {"accountUid", terms.account_uid}, {"audiences", terms.audiences}}}};
  if (!terms.secret.empty()) {
    record["spec"]["secret"] = terms.secret;
    record["spec"]["secretUid"] = terms.secret_uid;
  }
  if (terms.expires) record["spec"]["expires"] = to_rfc3339(*terms.expires);
  transaction.put({kTokenRecords, terms.ns, name}, std::move(record));
  return token;
}

void drop_dead_tokens(Transaction& transaction, const std::string& ns, WallTime now) {
  for (const auto& stored : transaction.list(kTokenRecords, ns)) {
    auto record = stored->tree();
    if (!is_dead(transaction, record, now)) continue;
    const Key key{kTokenRecords, namespace_of(record), name_of(record)};
    transaction.erase(key, std::move(record));
  }
}

Answer<json> answer_token_request(Transaction& transaction, const std::string& ns, const std::string& account,
                                  json request, WallTime now) {
  const auto stored = transaction.get({"serviceaccounts", ns, account});
  if (stored == nullptr) return not_found(kAccount, account);
  const auto lifetime = wanted_lifetime(request);
  if (!lifetime) return lifetime.error();
  TokenTerms terms{ns, account, std::string(stored->uid()), {}, {}, now + std::chrono::seconds(*lifetime),
                   {}};
  if (auto bound = bind_to_secret(transaction, request, terms); !bound) return bound.error();
  for (const auto& audience : array_at(request, {"spec", "audiences"})) {
    if (audience.is_string()) terms.audiences.push_back(audience.get<std::string>());
  }
  if (terms.audiences.empty()) terms.audiences = {kApiAudience};
  drop_dead_tokens(transaction, ns, now);
  const auto token = issue_token(transaction, terms, now);
  if (!request["spec"].is_object()) request["spec"] = json::object();
  request["spec"]["audiences"] = terms.audiences;
  request["spec"]["expirationSeconds"] = *lifetime;
  request["metadata"] = {{"name", account}, {"namespace", ns}, {"creationTimestamp", to_rfc3339(now)}};
  request["status"] = {{"token", token}, {"expirationTimestamp", to_rfc3339(*terms.expires)}};
  return request;
}

}  // namespace hearth::api
