// SPDX-License-Identifier: Apache-2.0
// Why a broker does not serve us, in words for a user: CONNACK codes, libmosquitto's codes, TLS files.
// Thread: none, pure but for reading the files.   Errors: a file that cannot be used gives an Error that names it.
#pragma once

#include <string>

#include "host/eventbus/event_bus.hpp"
#include "sdk/base/error.hpp"

namespace hearth::eventbus {

/// MQTT 3.1.1, 3.2.2.3.
std::string connack_problem(int code);
/// `code` and `last_error` are libmosquitto's, `cause` the errno that went with it.
std::string link_problem(int code, int cause, const std::string& last_error);
/// Each file is there and holds PEM, and a certificate has its key.
Result<void> check_tls_files(const BrokerTls& tls);

}  // namespace hearth::eventbus
