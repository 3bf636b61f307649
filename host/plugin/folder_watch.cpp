// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/folder_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/inotify.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>

namespace hearth::plugin {

namespace asio = boost::asio;
namespace fs = std::filesystem;

class FolderWatch::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, std::vector<fs::path> folders, std::function<void()> changed,
       std::chrono::milliseconds debounce)
      : folders_(std::move(folders)),
        changed_(std::move(changed)),
        debounce_(debounce),
        inotify_(io),
        timer_(io) {}

  void start() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
      spdlog::warn("plugin: mapper folders are not watched, a new mapper needs a restart: {}",
                   std::generic_category().message(errno));
      return;
    }
    inotify_.assign(fd);
    arm();
    receive();
  }

  void stop() {
    changed_ = nullptr;
    boost::system::error_code ignored;
    inotify_.close(ignored);
    timer_.cancel();
  }

 private:
  static constexpr std::uint32_t kChanges =
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
  static constexpr std::uint32_t kArrivals = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

  /// Watches each folder, or the nearest ancestor that exists until it is made.
  void arm() {
    for (const auto& folder : folders_) {
      if (watch(folder, kChanges)) continue;
      auto ancestor = fs::absolute(folder).parent_path();
      while (!watch(ancestor, kArrivals) && ancestor != ancestor.root_path()) {
        ancestor = ancestor.parent_path();
      }
      // It may have been made between the two looks.
      if (watch(folder, kChanges)) schedule();
    }
  }

  bool watch(const fs::path& folder, std::uint32_t mask) {
    if (::inotify_add_watch(inotify_.native_handle(), folder.c_str(), mask | IN_ONLYDIR | IN_MASK_ADD) >= 0)
      return true;
    if (errno != ENOENT && errno != ENOTDIR && warned_.insert(folder).second) {
      spdlog::warn("plugin: folder {} cannot be watched: {}", folder.string(),
                   std::generic_category().message(errno));
    }
    return false;
  }

  void receive() {
    inotify_.async_read_some(asio::buffer(buffer_),
                             [self = shared_from_this()](boost::system::error_code ec, std::size_t size) {
                               if (ec) return;
                               self->take(size);
                               self->receive();
                             });
  }

  void take(std::size_t size) {
    bool folders_moved = false;
    bool files_changed = false;
    std::size_t at = 0;
    while (size - at >= sizeof(inotify_event)) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      // IN_ISDIR: a folder waited for, or one on the way to it. IN_IGNORED: a watch is gone with its folder.
      folders_moved =
          folders_moved || (event.mask & (IN_ISDIR | IN_IGNORED | IN_MOVE_SELF | IN_Q_OVERFLOW)) != 0;
      // IN_CREATE alone: a file in an ancestor, or one that is still being written.
      files_changed = files_changed || (event.mask & IN_ALL_EVENTS) != IN_CREATE;
      at += sizeof event + event.len;
    }
    if (folders_moved) arm();
    if (folders_moved || files_changed) schedule();
  }

  void schedule() {
    const auto now = std::chrono::steady_clock::now();
    if (!pending_) latest_ = now + 5 * debounce_;
    pending_ = true;
    timer_.expires_at(std::min(now + debounce_, latest_));
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec || !self->pending_ || !self->changed_) return;
      self->pending_ = false;
      const auto changed = self->changed_;  // the callback may end the watch
      changed();
    });
  }

  std::vector<fs::path> folders_;
  std::function<void()> changed_;
  std::chrono::milliseconds debounce_;
  asio::posix::stream_descriptor inotify_;
  asio::steady_timer timer_;
  alignas(inotify_event) std::array<char, 16 * 1024> buffer_{};
  std::set<fs::path> warned_;
  std::chrono::steady_clock::time_point latest_;
  bool pending_ = false;
};

FolderWatch::FolderWatch(asio::io_context& io, std::vector<fs::path> folders, std::function<void()> changed,
                         std::chrono::milliseconds debounce)
    : impl_(std::make_shared<Impl>(io, std::move(folders), std::move(changed), debounce)) {
  impl_->start();
}

FolderWatch::~FolderWatch() {
  impl_->stop();
}

}  // namespace hearth::plugin
