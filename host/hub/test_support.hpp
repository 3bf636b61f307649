// SPDX-License-Identifier: Apache-2.0
// For tests: a certificate authority.
// Thread: the test's.   Errors: throws, a test fails by it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sdk/net/x509.hpp"

namespace hearth::test {

struct Authority {
  net::Identity ca = net::make_ca({"TestCa", {}}, std::chrono::hours(1)).value();

  std::string hash() const {
    return net::sha256_hex(net::certificate_pem_to_der(ca.certificate_pem).value());
  }
  std::string token() const { return hash() + ".head.body.good"; }
  net::Identity server(std::vector<std::string> names = {"127.0.0.1", "localhost"}) const {
    return net::make_identity(ca, {"TestCloud", {}}, {{net::Usage::server}, std::move(names)}).value();
  }
  net::Identity node(const std::string& name, std::chrono::seconds lifetime = std::chrono::hours(1)) const {
    return net::make_identity(ca, {"system:node:" + name, {"system:nodes"}},
                              {{net::Usage::client}, {}, lifetime})
        .value();
  }
};

}  // namespace hearth::test
