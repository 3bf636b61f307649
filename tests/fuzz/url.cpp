// SPDX-License-Identifier: Apache-2.0
// Addresses as users and configuration files write them.
#include "sdk/net/http_client.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

/// As parse_url() and parse_host_port() take it back: IPv6 in brackets.
std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  if (const auto url = net::parse_url(text)) {
    const auto again =
        net::parse_url(url->scheme + "://" + bracketed(url->host) + ":" + url->port + url->path);
    fuzz::require(again && again->host == url->host && again->port == url->port, "a URL survives printing");
    fuzz::require(again->scheme == url->scheme && again->path == url->path, "scheme and path survive too");
  }
  if (const auto address = net::parse_host_port(text)) {
    const auto again = net::parse_host_port(bracketed(address->host) + ":" + address->port);
    fuzz::require(again && again->host == address->host && again->port == address->port,
                  "an address survives printing");
  }
  return 0;
}
