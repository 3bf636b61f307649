// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {  // glibc 2.36 forgets it in this header
#include <sys/pidfd.h>
}

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

bool open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read.reset(ends[0]);
  pipe.write.reset(ends[1]);
  return true;
}

struct Launch {
  const char* program;
  char* const* arguments;
  pid_t parent;
  int null;
  int output;
  int failure;
};

/// Between fork and exec of a program with threads: system calls only, no allocation.
[[noreturn]] void become(const Launch& launch) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);  // it ended before the line above
  ::setpgid(0, 0);                                 // Ctrl-C in a terminal is for us, not for the child
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(launch.null, STDIN_FILENO);
  ::dup2(launch.output, STDOUT_FILENO);
  ::dup2(launch.output, STDERR_FILENO);
  // Our sockets must not live on in the child: their peers would never see them close.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execv(launch.program, launch.arguments);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(launch.failure, &error, sizeof error);
  ::_exit(127);
}

Error cannot_run(const fs::path& program, int error) {
  return unavailable("CannotRun", "cannot run " + program.string() + ": " + std::strerror(error));
}

std::vector<char*> argument_vector(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> all{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments)
    all.push_back(const_cast<char*>(argument.c_str()));
  all.push_back(nullptr);
  return all;
}

/// The errno of a failed exec, or 0 when the pipe was closed by a successful one.
int exec_error(int fd) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(fd, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<fs::path> find_program(const fs::path& name) {
  if (name.has_parent_path()) {
    if (is_program(name)) return name;
    return not_found("NoSuchProgram", name.string() + " is no program that can be run");
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && is_program(fs::path(folder) / name)) return fs::path(folder) / name;
  return not_found("NoSuchProgram", name.string() + " is neither in PATH nor in /usr/sbin");
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(asio::io_context& io, const fs::path& program,
                                                          const std::vector<std::string>& arguments) {
  Pipe output;
  Pipe failure;
  Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null.get() < 0 || !open_pipe(output) || !open_pipe(failure)) return cannot_run(program, errno);
  const std::string name = program.string();
  const auto vector = argument_vector(name, arguments);
  const Launch launch{name.c_str(), vector.data(),      ::getpid(),
                      null.get(),   output.write.get(), failure.write.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return cannot_run(program, errno);
  if (pid == 0) become(launch);
  output.write.reset();
  failure.write.reset();
  Descriptor watch(::pidfd_open(pid, 0));
  const int watch_error = watch.get() < 0 ? errno : 0;
  const int error = exec_error(failure.read.get());
  if (error != 0 || watch_error != 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return cannot_run(program, error != 0 ? error : watch_error);
  }
  asio::posix::stream_descriptor watched(io, watch.release());
  asio::posix::stream_descriptor read(io, output.read.release());
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, std::move(watched), std::move(read)));
}

ChildProcess::ChildProcess(int pid, asio::posix::stream_descriptor watch,
                           asio::posix::stream_descriptor output)
    : pid_(pid), watch_(std::move(watch)), output_(std::move(output)) {}

ChildProcess::~ChildProcess() {
  send_signal(SIGKILL);
  if (!reaped_) reap();
}

asio::awaitable<std::string> ChildProcess::ended() {
  const auto [error] = co_await watch_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                  asio::as_tuple(asio::use_awaitable));
  if (error) co_return "no longer watched";
  co_return reap();
}

void ChildProcess::send_signal(int signal) {
  if (!reaped_) ::kill(pid_, signal);
}

std::string ChildProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  return describe(status);
}

}  // namespace hearth::eventbus
