// SPDX-License-Identifier: Apache-2.0
// What waits to be written on one link, printed once. For a Hearth peer, what queues up while a frame is being
// written goes out together as the next one; for a stock peer each message is a frame.
// Thread: one owner.   Errors: none; the bound on bytes is the owner's to keep.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "sdk/wire/hub_message.hpp"

namespace hearth::wire {

/// A frame takes no further message beyond this; one message alone may be longer.
inline constexpr std::size_t kBatchBytes = 256 * 1024;

class FrameQueue {
 public:
  /// Only for Hearth peers. Before the first push().
  void allow_batches() { batches_ = true; }

  void push(const HubMessage& message);
  /// As append() printed it: without the newline.
  void push(std::string_view printed);

  bool empty() const { return waiting_.empty(); }
  /// What waits, and what is being written.
  std::size_t bytes() const { return bytes_; }

  /// The next frame; only while none is being written and the queue is not empty. Stays valid until end_write().
  std::string_view begin_write();
  void end_write();

 private:
  struct Frame {
    std::string text;  ///< begins with the bracket of an array, which one message alone does not need
    std::size_t messages = 0;
    std::size_t bytes = 0;  ///< of the messages alone
  };

  Frame& open_frame();
  void grown(Frame& frame, std::size_t bytes);

  std::deque<Frame> waiting_;
  Frame writing_;
  std::size_t bytes_ = 0;
  bool batches_ = false;
};

}  // namespace hearth::wire
