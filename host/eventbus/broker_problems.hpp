// SPDX-License-Identifier: Apache-2.0
// Why a broker does not serve us, in words for a user: CONNACK codes, errors of the connection, TLS files.
// Thread: none, pure but for reading the files.   Errors: a file that cannot be used gives an Error that names it.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

#include "host/eventbus/event_bus.hpp"
#include "sdk/base/error.hpp"

namespace hearth::eventbus {

/// MQTT 3.1.1, 3.2.2.3.
std::string connack_problem(int code);
std::string link_problem(const boost::system::error_code& error);
/// The broker ended the connection, or something between us and it did.
bool is_closed_by_peer(const boost::system::error_code& error);
/// Each file is there and holds PEM, and a certificate has its key.
Result<void> check_tls_files(const BrokerTls& tls);

}  // namespace hearth::eventbus
