// SPDX-License-Identifier: Apache-2.0
// Tokens of service accounts: made and shown once; the store keeps a record of each under its hash.
// Thread: on the store's strand, within a write.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include <chrono>

#include "cloud/api/access_control.hpp"

namespace hearth::api {

struct TokenTerms {
  std::string ns;
  std::string account;
  std::string account_uid;
  std::string secret;  ///< it goes when this Secret goes; empty: with the account alone
  std::string secret_uid;
  std::optional<WallTime> expires;
  std::vector<std::string> audiences;
};

/// The token; its record is written.
std::string issue_token(Transaction& transaction, const TokenTerms& terms, WallTime now);

/// Removes the records in a namespace (empty: everywhere) whose token is over or whose account or Secret has gone.
void drop_dead_tokens(Transaction& transaction, const std::string& ns, WallTime now);

/// A TokenRequest (authentication.k8s.io/v1) for that service account, answered.
Answer<nlohmann::json> answer_token_request(Transaction& transaction, const std::string& ns,
                                            const std::string& account, nlohmann::json request, WallTime now);

}  // namespace hearth::api
