// SPDX-License-Identifier: Apache-2.0
// Where the cloud is reached: its hub and its certificate server, from the addresses a user wrote.
// Thread: any; pure.   Errors: an address of another form, class `invalid`, naming the setting.
#pragma once

#include <string>

#include "sdk/base/error.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::edgehub {

struct Endpoints {
  net::Url cloud;
  net::Url certificates;
};

/// `cert_url` may be empty: then it is port 10002 of the hub's host.
Result<Endpoints> parse_endpoints(const std::string& hub_url, const std::string& cert_url);

}  // namespace hearth::edgehub
