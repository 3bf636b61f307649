// SPDX-License-Identifier: Apache-2.0
#include "host/hub/endpoints.hpp"

#include <string_view>
#include <utility>

namespace hearth::edgehub {
namespace {

constexpr const char* kCertPort = "10002";

Result<net::Url> parse_endpoint(const std::string& text, std::string_view scheme, std::string_view setting) {
  auto url = net::parse_url(text);
  if (url && url->scheme == scheme) return url;
  return invalid("BadUrl", std::string(setting) + " \"" + text + "\" is not of the form " +
                               std::string(scheme) + "://host:port");
}

}  // namespace

Result<Endpoints> parse_endpoints(const std::string& hub_url, const std::string& cert_url) {
  auto cloud = parse_endpoint(hub_url, "wss", "hub address");
  if (!cloud) return cloud.error();
  if (cert_url.empty()) {
    net::Url certificates{.scheme = "https", .host = cloud->host, .port = kCertPort};
    return Endpoints{std::move(*cloud), std::move(certificates)};
  }
  auto certificates = parse_endpoint(cert_url, "https", "certificate address");
  if (!certificates) return certificates.error();
  return Endpoints{std::move(*cloud), std::move(*certificates)};
}

}  // namespace hearth::edgehub
