// SPDX-License-Identifier: Apache-2.0
// For tests: waiting on a condition, a folder that goes, a certificate authority.
// Thread: the test's.   Errors: false after a deadline; the rest throws, a test fails by it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sdk/net/x509.hpp"

namespace hearth::test {

inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& condition,
                      std::chrono::seconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// A folder of its own that goes with the object.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hearth-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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
