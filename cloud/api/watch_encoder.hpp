// SPDX-License-Identifier: Apache-2.0
// Changes as the lines of one watch: filtered by its selector, in the form its client asked for.
// Thread: one watch.   Errors: none.
#pragma once

#include <string>

#include "cloud/api/call.hpp"
#include "cloud/api/list_options.hpp"

namespace hearth::api {

class WatchEncoder {
 public:
  WatchEncoder(const ResourceType& type, const TypeVersion& version, const ListOptions& options)
      : type_(type), version_(version), options_(options) {}

  /// One line of JSON, or empty when the watch does not see the change. An object that leaves the selector
  /// is DELETED, one that enters is ADDED.
  std::string change(const Change& change, WallTime now);
  std::string added(const ObjectPtr& object, WallTime now);
  std::string bookmark(std::uint64_t version, bool end_of_initial) const;
  static std::string error(const Status& status);

 private:
  std::string line(const char* type, const ObjectPtr& object, WallTime now);

  const ResourceType& type_;
  const TypeVersion& version_;
  const ListOptions& options_;
  bool defined_ = false;  ///< column definitions have been sent
};

}  // namespace hearth::api
