// SPDX-License-Identifier: Apache-2.0
// A network namespace whose only way out is a wire of this process, which loses and delays packets as told. It does what
// `tc netem` does, on kernels that are built without it too.
// Thread: any; packets are carried by a thread inside.   Errors: what the system refuses is thrown.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tests/e2e/process.hpp"

namespace hearth::e2e {

class LossyWire {
 public:
  /// Why a wire cannot be made here (not root, no tun device, no iproute2); empty: it can.
  static std::string why_not();

  LossyWire();
  /// Takes the namespace and both devices away.
  ~LossyWire();
  LossyWire(const LossyWire&) = delete;
  LossyWire& operator=(const LossyWire&) = delete;

  /// Our end of the wire, as seen from inside the namespace.
  std::string our_address() const;
  /// What to put before a command so that it runs inside.
  Arguments inside() const;

  /// Of the packets in each direction that share is lost; 1: all.
  void lose(double share);
  /// Each packet arrives that much later.
  void delay(std::chrono::milliseconds one_way);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::e2e
