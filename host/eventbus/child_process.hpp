// SPDX-License-Identifier: Apache-2.0
// A program run as a child that cannot outlive us: it is killed with this object, and by the kernel when our
// own process ends in any way, kill -9 too. Boost.Process gives neither that nor a safe way to close our
// sockets in the child, and its SIGCHLD handling would be the whole program's.
// Thread: the io_context's. The kernel's guard is bound to the thread that called start(): the child is
// killed when that thread ends.
// Errors: a program that cannot be run gives an Error.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::eventbus {

/// Looks for a bare name in PATH and in the folders of system programs, which a user's PATH lacks on Debian.
Result<std::filesystem::path> find_program(const std::filesystem::path& name);

class ChildProcess {
 public:
  /// stdin is empty; stdout and stderr go to output().
  static Result<std::unique_ptr<ChildProcess>> start(boost::asio::io_context& io,
                                                     const std::filesystem::path& program,
                                                     const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const { return pid_; }
  boost::asio::posix::stream_descriptor& output() { return output_; }
  /// Waits for its end: "exit status 1", "killed by signal 9". One caller.
  boost::asio::awaitable<std::string> ended();
  void send_signal(int signal);

 private:
  ChildProcess(int pid, boost::asio::posix::stream_descriptor watch,
               boost::asio::posix::stream_descriptor output);
  std::string reap();

  int pid_;
  bool reaped_ = false;
  boost::asio::posix::stream_descriptor watch_;  // a pidfd: readable when the process has ended
  boost::asio::posix::stream_descriptor output_;
};

}  // namespace hearth::eventbus
