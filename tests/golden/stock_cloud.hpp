// SPDX-License-Identifier: Apache-2.0
// A stock cloudcore's two doors, as recorded: signs certificates, takes the link, sends frames in its fragments.
// Thread: the test's; the doors live on a thread inside.   Errors: thrown, a test fails by them.
#pragma once

#include <memory>
#include <string>

#include "tests/golden/loop_thread.hpp"

namespace hearth::golden {

class StockCloud {
 public:
  StockCloud();
  ~StockCloud();
  StockCloud(const StockCloud&) = delete;
  StockCloud& operator=(const StockCloud&) = delete;

  std::string hub_url() const;
  std::string cert_url() const;
  std::string token() const;

  /// Reports are confirmed by themselves: twins as cloudcore 1.15 does it, states as it does from 1.18 on.
  void send(const wire::HubMessage& message, const std::vector<std::size_t>& fragments);
  bool linked() const;
  /// Links taken so far.
  std::size_t links() const;
  /// Ends the link and takes none until open().
  void close();
  void open();

  /// The head of the last upgrade, as "GET target HTTP/1.1" and "Name: value".
  std::vector<std::string> upgrade() const;
  Inbox& inbox();

 private:
  class Impl;
  LoopThread loop_;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::golden
