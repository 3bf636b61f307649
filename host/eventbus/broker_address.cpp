// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace hearth::eventbus {
namespace {

Error bad_address(std::string_view text, std::string_view why) {
  return invalid("BadBroker", "broker \"" + std::string(text) + "\": " + std::string(why) +
                                  "; expected mqtt://host:port or mqtts://host:port");
}

}  // namespace

Result<BrokerAddress> parse_broker_address(std::string_view text) {
  const auto url = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!url) return bad_address(text, "this is no address");
  const std::string scheme = url->scheme();
  if (scheme != "mqtt" && scheme != "mqtts") return bad_address(text, "unknown scheme \"" + scheme + "\"");
  if (url->encoded_host().empty()) return bad_address(text, "the host is missing");
  if (url->has_userinfo()) return bad_address(text, "user and password have settings of their own");
  const bool only_host = (url->encoded_path().empty() || url->encoded_path() == "/") && !url->has_query() &&
                         !url->has_fragment();
  if (!only_host) return bad_address(text, "something follows the port");
  const bool tls = scheme == "mqtts";
  const std::uint16_t usual = tls ? 8883 : 1883;
  const bool names_port = url->has_port() && !url->port().empty();
  if (names_port && url->port_number() == 0) return bad_address(text, "the port is not 1 to 65535");
  return BrokerAddress{url->host_address(), names_port ? url->port_number() : usual, tls};
}

}  // namespace hearth::eventbus
