// SPDX-License-Identifier: Apache-2.0
// A stock edgecore's end of the link, as recorded: its certificate request, its headers, its frames.
// Thread: the test's; the link lives on a thread inside.   Errors: thrown, a test fails by them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/golden/loop_thread.hpp"

namespace hearth::golden {

class StockEdge {
 public:
  /// Joins as edgecore 1.15 does: CA unverified and checked by the token's hash, CSR of subject kubeedge.io.
  StockEdge(const std::string& cert_address, const std::string& token, const std::string& node);
  ~StockEdge();
  StockEdge(const StockEdge&) = delete;
  StockEdge& operator=(const StockEdge&) = delete;

  /// Opens the link with the recorded head of the upgrade; false if it was not answered with 101.
  bool connect(const std::string& hub_address, const std::vector<std::string>& recorded_head);
  /// Without a WebSocket close frame: so edgecore ends.
  void drop();
  bool connected() const;

  /// In frames of the recorded sizes.
  void send(const wire::HubMessage& message, const std::vector<std::size_t>& fragments);

  Inbox& inbox();

 private:
  class Impl;
  LoopThread loop_;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::golden
