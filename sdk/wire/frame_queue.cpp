// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/frame_queue.hpp"

namespace hearth::wire {

FrameQueue::Frame& FrameQueue::open_frame() {
  const bool joins = batches_ && !waiting_.empty() && waiting_.back().text.size() < kBatchBytes &&
                     waiting_.back().messages < kMaxHubBatch;
  if (joins) {
    waiting_.back().text += ',';
  } else {
    waiting_.emplace_back();
    waiting_.back().text = '[';
  }
  ++waiting_.back().messages;
  return waiting_.back();
}

void FrameQueue::grown(Frame& frame, std::size_t bytes) {
  frame.bytes += bytes;
  bytes_ += bytes;
}

void FrameQueue::push(const HubMessage& message) {
  auto& frame = open_frame();
  const auto before = frame.text.size();
  append(frame.text, message);
  grown(frame, frame.text.size() - before);
}

void FrameQueue::push(std::string_view printed) {
  auto& frame = open_frame();
  frame.text += printed;
  grown(frame, printed.size());
}

std::string_view FrameQueue::begin_write() {
  writing_ = std::move(waiting_.front());
  waiting_.pop_front();
  const bool array = writing_.messages > 1;
  writing_.text += array ? "]\n" : "\n";
  return std::string_view(writing_.text).substr(array ? 0 : 1);
}

void FrameQueue::end_write() {
  bytes_ -= writing_.bytes;
  writing_ = Frame();
}

}  // namespace hearth::wire
