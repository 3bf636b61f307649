// SPDX-License-Identifier: Apache-2.0
// The broker's address as users write it.
// Thread: none, pure functions.   Errors: another scheme, no host or a bad port give an Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::eventbus {

struct BrokerAddress {
  std::string host;  ///< a name or an IP address, without brackets
  std::uint16_t port = 0;
  bool tls = false;
  bool operator==(const BrokerAddress&) const = default;
};

/// Takes mqtt://host[:port] (1883) and mqtts://host[:port] (8883), nothing after it.
Result<BrokerAddress> parse_broker_address(std::string_view text);

}  // namespace hearth::eventbus
