// SPDX-License-Identifier: Apache-2.0
// Kinds that are questions: what may I, who am I, whose token is this. The answer is all that is made of one.
// Thread: any, pure functions of what is asked and what is known.   Errors: 422 for a question without sense.
#pragma once

#include "cloud/api/access_control.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

struct ReviewContext {
  const AccessControl& access;
  const access::User& user;  ///< who asks
  std::string ns;            ///< of the path; empty for kinds that are cluster-wide
  WallTime now;
};

/// The question with its status. `kind` is that of its path.
Answer<nlohmann::json> review(const ReviewContext& context, const KindName& kind, nlohmann::json question);

}  // namespace hearth::api
