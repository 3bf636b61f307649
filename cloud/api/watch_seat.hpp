// SPDX-License-Identifier: Apache-2.0
// The writer of a watch, which holds a seat until its beginning is made and about to be sent: how fast the client reads
// it is no concern of the others.
// Thread: the connection's strand.   Errors: those of the writer behind it.
#pragma once

#include "cloud/api/fair_gate.hpp"

namespace hearth::api {

class WatchSeat final : public net::ResponseWriter {
 public:
  WatchSeat(net::ResponseWriter* writer, FairGate::Place place) : writer_(writer), place_(std::move(place)) {}

  boost::asio::awaitable<Result<void>> send(net::HttpResponse response) override {
    place_.leave();
    return writer_->send(std::move(response));
  }
  /// The headers: before anything of the watch is made.
  boost::asio::awaitable<Result<void>> start(int status, net::Headers headers) override {
    return writer_->start(status, std::move(headers));
  }
  boost::asio::awaitable<Result<void>> write(std::string chunk) override {
    place_.leave();
    return writer_->write(std::move(chunk));
  }
  boost::asio::awaitable<Result<void>> finish() override {
    place_.leave();
    return writer_->finish();
  }
  /// Who waits for the peer's end has begun, be it with nothing to send.
  boost::asio::awaitable<void> closed() override {
    place_.leave();
    return writer_->closed();
  }

 private:
  net::ResponseWriter* writer_;
  FairGate::Place place_;
};

}  // namespace hearth::api
