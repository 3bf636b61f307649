// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/child_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <fstream>

#include "tests/support/loop.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;

std::string read_all(ChildProcess& child) {
  std::string text;
  boost::system::error_code end;
  asio::read(child.output(), asio::dynamic_buffer(text), end);
  return text;
}

TEST(ChildProcess, TellsHowItEndedAndWhatItSaid) {
  asio::io_context io;
  auto child = ChildProcess::start(io, "/bin/sh", {"-c", "echo out; echo err >&2; exit 3"}).value();
  EXPECT_EQ(read_all(*child), "out\nerr\n");
  EXPECT_EQ(test::run(io, child->ended()), "exit status 3");
}

TEST(ChildProcess, CanBeTerminated) {
  asio::io_context io;
  auto child = ChildProcess::start(io, "/bin/sleep", {"100"}).value();
  child->send_signal(SIGTERM);
  EXPECT_EQ(test::run(io, child->ended()), "killed by signal 15");
}

TEST(ChildProcess, EndsWithItsObject) {
  asio::io_context io;
  int pid = 0;
  {
    auto child = ChildProcess::start(io, "/bin/sleep", {"100"}).value();
    pid = child->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ChildProcess, InheritsNoneOfOurSockets) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io, asio::ip::tcp::v4());
  auto child = ChildProcess::start(io, "/bin/ls", {"-l", "/proc/self/fd"}).value();
  EXPECT_EQ(read_all(*child).find("socket:"), std::string::npos);
}

TEST(ChildProcess, SaysWhyAProgramCannotRun) {
  asio::io_context io;
  const auto child = ChildProcess::start(io, "/nonexistent/program", {});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().text, "cannot run /nonexistent/program: No such file or directory");
}

/// A middle process starts a child and is killed hard; the kernel must end the child.
TEST(ChildProcess, DiesWithAKilledParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    asio::io_context io;
    auto child = ChildProcess::start(io, "/bin/sleep", {"100"});
    const int pid = child ? (*child)->pid() : 0;
    [[maybe_unused]] const auto written = ::write(ends[1], &pid, sizeof pid);
    ::pause();
    ::_exit(0);
  }
  int pid = 0;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ASSERT_GT(pid, 0);
  ::kill(middle, SIGKILL);
  ::waitpid(middle, nullptr, 0);
  asio::io_context io;
  const auto gone = [pid] {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, state;
    return !(stat >> id >> name >> state) || state == "Z";
  };
  EXPECT_TRUE(test::run_until(io, gone));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(FindProgram, LooksInPathAndTheSystemFolders) {
  EXPECT_TRUE(find_program("sh"));
  EXPECT_TRUE(find_program("/bin/sh"));
  EXPECT_FALSE(find_program("/etc/passwd"));
  EXPECT_FALSE(find_program("no-such-program-anywhere"));
}

}  // namespace
}  // namespace hearth::eventbus
