// SPDX-License-Identifier: Apache-2.0
// Changes as the lines of one watch: filtered by its selector, in the form its client asked for.
// Thread: one watch.   Errors: none.
#pragma once

#include <string>

#include "cloud/api/call.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/watch_view.hpp"

namespace hearth::api {

class WatchEncoder {
 public:
  WatchEncoder(const ResourceType& type, const TypeVersion& version, const ListOptions& options)
      : type_(type), version_(version), options_(options), view_(type, version, options.selector) {}

  /// Adds one line of JSON, or nothing when the watch does not see the change.
  void change(const Change& change, WallTime now, std::string& lines);
  void added(const ObjectPtr& object, WallTime now, std::string& lines);
  std::string bookmark(std::uint64_t version, bool end_of_initial) const;
  static std::string error(const Status& status);

 private:
  void add_line(const SeenEvent& event, WallTime now, std::string& lines);

  const ResourceType& type_;
  const TypeVersion& version_;
  const ListOptions& options_;
  WatchView view_;
  bool defined_ = false;  ///< column definitions have been sent
};

}  // namespace hearth::api
