// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "sdk/net/http_client.hpp"

namespace hearth::net {
namespace {

constexpr std::size_t kMaxUrl = 4096;

std::string default_port(std::string_view scheme) {
  if (scheme == "https" || scheme == "wss") return "443";
  if (scheme == "mqtts") return "8883";
  if (scheme == "mqtt") return "1883";
  return "80";
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number <= 65535;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto bad = [text] {
    return invalid("BadUrl", fmt::format("\"{}\" is no URL such as https://host:7443/", text.substr(0, 200)));
  };
  if (text.size() > kMaxUrl) return bad();
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed || parsed->encoded_host().empty()) return bad();
  Url url;
  url.scheme = std::string(parsed->scheme());
  for (auto& c : url.scheme)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  url.host = std::string(parsed->encoded_host());
  if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  url.port =
      parsed->has_port() && !parsed->port().empty() ? std::string(parsed->port()) : default_port(url.scheme);
  if (!is_port(url.port)) return bad();
  if (!parsed->encoded_path().empty()) url.path = std::string(parsed->encoded_path());
  // Boost.URL 1.81 takes "host:x" and leaves what is no port to the path.
  if (url.path.front() != '/') return bad();
  return url;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto bad = [text] {
    return invalid("BadAddress", fmt::format("\"{}\" is no address such as 127.0.0.1:7443 or [::1]:7443",
                                             text.substr(0, 200)));
  };
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || text.size() > 300) return bad();
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return bad();
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return bad();
  }
  if (host.find_first_of("[]") != host.npos || !is_port(port)) return bad();
  return HostPort{std::string(host), std::string(port)};
}

}  // namespace hearth::net
