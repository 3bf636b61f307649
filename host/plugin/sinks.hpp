// SPDX-License-Identifier: Apache-2.0
// Where the host lets a mapper put its texts, with bounds and valid UTF-8 ensured.
// Thread: one at a time.   Errors: none; what is too much is cut off.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/device/device.hpp"
#include "sdk/mapper/abi.h"
#include "sdk/mapper/types.hpp"

namespace hearth::plugin {

/// At most 1 KiB of it; octets that are no UTF-8, and control characters, become '?'.
std::string clean_text(std::string_view text);
std::string clean_text(hearth_string text);

/// Takes the one text of a call.
class TextCollector {
 public:
  TextCollector() : sink_{this, &put} {}
  TextCollector(const TextCollector&) = delete;
  TextCollector& operator=(const TextCollector&) = delete;

  const hearth_text_sink* sink() const { return &sink_; }
  /// What was put, or that nothing was.
  std::string text() const { return text_.empty() ? "the mapper gave no reason" : text_; }
  const std::string& raw() const { return text_; }
  /// The class of the call with the text.
  mapper::Status status(hearth_class cls) const;

 private:
  static void put(void* context, hearth_string text);

  std::string text_;
  hearth_text_sink sink_;
};

/// Takes what validate finds; at most 100.
class IssueCollector {
 public:
  IssueCollector() : sink_{this, &put} {}
  IssueCollector(const IssueCollector&) = delete;
  IssueCollector& operator=(const IssueCollector&) = delete;

  const hearth_issue_sink* sink() const { return &sink_; }
  std::vector<device::Issue> take() { return std::move(issues_); }

 private:
  static void put(void* context, hearth_string path, hearth_string message);

  std::vector<device::Issue> issues_;
  hearth_issue_sink sink_;
};

}  // namespace hearth::plugin
