// SPDX-License-Identifier: Apache-2.0
// Who may do what, as the stored roles, bindings, service accounts and tokens have it; follows each commit.
// Thread: load() and follow() on the store's strand or before it runs; the rest from any thread.
// Errors: broken objects allow nothing.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cloud/access/rbac.hpp"
#include "cloud/access/token_file.hpp"
#include "cloud/api/store/object_store.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

inline constexpr const char* kRbacGroup = "rbac.authorization.k8s.io";
/// The store's records of tokens; no kind of the API, named by the hash.
inline constexpr const char* kTokenRecords = "serviceaccounttokens.hearth";
/// Whom a token is for unless it says otherwise: this API.
inline constexpr const char* kApiAudience = "https://kubernetes.default.svc";

class AccessControl {
 public:
  /// The file may be null: there are no static tokens then.
  explicit AccessControl(std::shared_ptr<access::TokenFile> static_tokens)
      : static_tokens_(std::move(static_tokens)) {}

  void load(const Transaction& stored);
  void follow(const std::vector<ChangePtr>& changes);

  access::RbacPtr rbac() const;

  struct Found {
    access::UserPtr user;
    std::vector<std::string> audiences;
  };
  /// Of a static token or a service account's; null user for one that is not good at `now`.
  Found find_token(std::string_view token, WallTime now) const;

 private:
  struct TokenRecord {
    std::string ns;
    std::string account;
    std::string account_uid;
    std::string secret;  ///< the Secret that the token goes with; empty: none
    std::string secret_uid;
    WallTime expires;
    std::vector<std::string> audiences;
  };
  using Uids = std::map<std::pair<std::string, std::string>, std::string>;  ///< by namespace and name

  static TokenRecord record_of(const nlohmann::json& object);
  bool take(const Key& key, const ObjectPtr& object);
  void take_uid(Uids& uids, const Key& key, const ObjectPtr& object);
  void take_token(const Key& key, const ObjectPtr& object);
  void rebuild();
  bool alive(const TokenRecord& record) const;
  access::UserPtr user_of(const TokenRecord& record) const;

  std::shared_ptr<access::TokenFile> static_tokens_;
  std::map<Key, nlohmann::json> objects_;  ///< roles and bindings; on the strand alone

  mutable std::mutex mutex_;
  access::RbacPtr rbac_ = std::make_shared<const access::Rbac>(access::RbacObjects{});
  Uids accounts_;
  Uids secrets_;  ///< those that hold a token
  std::unordered_map<std::string, TokenRecord> tokens_;
};

}  // namespace hearth::api
