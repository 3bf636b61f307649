// SPDX-License-Identifier: Apache-2.0
// What a TLS client expects of the server it dialled, and, when a handshake fails by it, why in words.
// Thread: the stream's.   Errors: see untrusted_server().
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>

#include "sdk/base/error.hpp"

namespace hearth::net {

/// Before the handshake: the certificate must name this host or address; a name is also told to the server (SNI).
void expect_server(SSL* tls, const std::string& host);

/// After a handshake that failed: nothing, if not for the server's certificate. Otherwise `denied`: WrongName (the text
/// names what was wanted and what is offered) or UntrustedServer; or `unavailable`: NotYetValid, as this machine's clock
/// is behind and may be set any moment.
std::optional<Error> untrusted_server(SSL* tls, const std::string& host);

}  // namespace hearth::net
