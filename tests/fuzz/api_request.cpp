// SPDX-License-Identifier: Apache-2.0
// A whole API server, as the administrator. Input: method and target, header lines, an empty line, the body. Whatever is
// asked, there is one answer. What one request stores, the next ones find.
#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include "cloud/api/api_server.hpp"
#include "sdk/device/crd_documents.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace hearth;
namespace asio = boost::asio;

/// A client that hangs up once a stream has begun.
class Answer final : public net::ResponseWriter {
 public:
  asio::awaitable<Result<void>> send(net::HttpResponse response) override {
    note(response.status);
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> start(int status, net::Headers) override {
    note(status);
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> write(std::string) override { co_return Result<void>(); }
  asio::awaitable<Result<void>> finish() override { co_return Result<void>(); }
  asio::awaitable<void> closed() override { co_return; }

  int status() const { return status_; }

 private:
  void note(int status) {
    fuzz::require(status_ == 0, "a request is answered once");
    status_ = status;
  }

  int status_ = 0;
};

class Server {
 public:
  Server() : server_(io_.get_executor(), options(), nullptr, metrics_, trace_) {
    spdlog::set_level(spdlog::level::err);
    fuzz::require(server_.start().has_value(), "the server starts");
    api_ = server_.local(io_.get_executor(), "system:masters");
  }

  int status_of(net::HttpRequest request) {
    Answer answer;
    fuzz::require(test::run(io_, api_->serve(std::move(request), answer)), "a request is answered in time");
    return answer.status();
  }

 private:
  api::ApiServerOptions options() const {
    api::ApiServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data_dir = folder_.path();
    for (const auto text : device::crd_documents())
      options.crd_documents.emplace_back(text);
    return options;
  }

  test::TempFolder folder_;
  asio::io_context io_;
  Metrics metrics_;
  Trace trace_;
  api::ApiServer server_;
  std::shared_ptr<api::LocalApi> api_;
};

net::HttpRequest read_request(std::string_view rest) {
  net::HttpRequest request;
  const auto first = fuzz::take_line(rest);
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  if (space != std::string_view::npos) request.target = first.substr(space + 1);
  for (auto line = fuzz::take_line(rest); !line.empty(); line = fuzz::take_line(rest)) {
    const auto colon = line.find(": ");
    const auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 2);
    request.headers.add(std::string(line.substr(0, colon)), std::string(value));
  }
  request.body = rest;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  const int status = server.status_of(read_request(fuzz::as_text(data, size)));
  fuzz::require(status >= 200 && status < 600, "every request is answered with a status");
  fuzz::require(status != 500, "whatever is asked, the server is not at fault");
  return 0;
}
