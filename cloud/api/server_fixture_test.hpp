// SPDX-License-Identifier: Apache-2.0
// A real ApiServer on a free port with TLS in a temporary folder, and the real kubectl against it.
// Thread: the server's on one of its own; the test's calls block.   Errors: GoogleTest failures.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cloud/api/api_server.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::api {

struct Ran {
  int code = -1;
  std::string out;  ///< stdout and stderr together
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  void start_server();
  void stop_server();
  void restart_server() {
    stop_server();
    start_server();
  }

  /// Runs kubectl as the administrator; `input` becomes its standard input.
  Ran kubectl(std::vector<std::string> arguments, const std::string& input = {});
  /// As another certificate: of that organization; without one, with a token nobody has.
  Ran kubectl_as(const std::string& organization, std::vector<std::string> arguments);
  /// With a bearer token.
  Ran kubectl_with(const std::string& token, std::vector<std::string> arguments);
  /// One request without kubectl, with a certificate of that organization, or (empty) with none.
  net::HttpResponse request(net::HttpRequest request, const std::string& organization = {});
  /// A connection of its own, kept open, without a certificate.
  std::unique_ptr<net::HttpClient> client(boost::asio::any_io_executor executor) const;
  /// The output of a command that must succeed.
  std::string ok(std::vector<std::string> arguments, const std::string& input = {});

  std::filesystem::path folder() const { return folder_; }
  /// token,user,uid,"groups": read at the next start.
  void write_token_file(const std::string& text);
  /// Changes what the server is started with, from the next start on.
  ApiServerOptions& options() { return options_; }

 private:
  void write_kubeconfig(const std::filesystem::path& file, const std::string& organization,
                        const std::string& token = "nobody");

  std::filesystem::path folder_;
  net::Identity ca_;
  net::Identity server_identity_;
  ApiServerOptions options_;
  Metrics metrics_;
  Trace trace_;
  std::string listen_ = "127.0.0.1:0";
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<ApiServer> server_;
  std::thread thread_;
};

/// Runs a program found on PATH to its end.
Ran run_program(const std::vector<std::string>& command, const std::string& input,
                const std::vector<std::string>& environment, const std::filesystem::path& scratch);

}  // namespace hearth::api
