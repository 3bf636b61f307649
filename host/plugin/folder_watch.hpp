// SPDX-License-Identifier: Apache-2.0
// Tells when the files of the mapper folders have changed: closed after writing, renamed, deleted, or given
// other permissions.
// Thread: the io_context's.   Errors: a folder that cannot be watched is logged once; one that does not exist
// yet is waited for.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace hearth::plugin {

class FolderWatch {
 public:
  /// Calls back once for a burst of changes, `debounce` after the last of them, but at most 5 × `debounce`
  /// after the first.
  FolderWatch(boost::asio::io_context& io, std::vector<std::filesystem::path> folders,
              std::function<void()> changed,
              std::chrono::milliseconds debounce = std::chrono::milliseconds(200));
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::plugin
