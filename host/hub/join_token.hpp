// SPDX-License-Identifier: Apache-2.0
// The join token: `<sha256 of the CA's DER, hex>.<JWT>`, four parts in all (kubeedge wire, A.4).
// Thread: none, pure functions.   Errors: another form gives an Error that says which is expected.
#pragma once

#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::edgehub {

struct JoinToken {
  std::string ca_hash;  ///< 64 lower-case hex digits
  std::string bearer;   ///< the JWT: goes to the cloud without the hash
};

/// Leading and trailing white space is passed over: tokens are pasted.
Result<JoinToken> parse_join_token(std::string_view text);

}  // namespace hearth::edgehub
