// SPDX-License-Identifier: Apache-2.0
// A TCP relay that stands between a host and its cloud: cuts the link, swallows what is sent, delays it, counts it.
// Thread: any; the relay runs on a thread inside.   Errors: a port that cannot be had throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::e2e {

class LinkProxy {
 public:
  /// `target`: "127.0.0.1:port" of the cloud's hub.
  explicit LinkProxy(const std::string& target);
  ~LinkProxy();
  LinkProxy(const LinkProxy&) = delete;
  LinkProxy& operator=(const LinkProxy&) = delete;

  /// What a host is to dial.
  std::string address() const;

  /// Ends all connections and refuses new ones, until restore().
  void cut();
  void restore();
  /// Ends all connections; new ones are taken at once.
  void flap();
  /// Keeps connections open and loses every byte, of new ones too; until restore(), which ends those connections.
  void black_hole();
  /// Each piece of data is passed on that much later.
  void delay(std::chrono::milliseconds by);

  std::uint64_t bytes_up() const;
  std::uint64_t bytes_down() const;
  /// Connections taken so far.
  std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::e2e
