// SPDX-License-Identifier: Apache-2.0
// HTTP requests and responses as plain values, the same for our client and our server.
// Thread: plain values.   Errors: none.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/net/x509.hpp"

namespace hearth::net {

/// In order of appearance; names are compared without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  /// The first of that name, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Seconds of a Retry-After header; zero for none, or one that is a date.
std::chrono::seconds parse_retry_after(std::string_view text);

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query as on the wire, percent-encoded
  Headers headers;
  std::string body;
  /// Server side: the verified client certificate's facts, if one was shown.
  std::optional<CertificateInfo> peer;
  std::string remote;  ///< server side: the address of who asks, without the port
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

}  // namespace hearth::net
