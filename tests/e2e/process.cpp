// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/process.hpp"

#include <arpa/inet.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/e2e/eventually.hpp"

namespace hearth::e2e {
namespace {

namespace bp = boost::process;

bp::environment environment_with(const Environment& more) {
  bp::environment environment = boost::this_process::environment();
  for (const auto& [name, value] : more)
    environment[name] = value;
  return environment;
}

/// A copy of the test's sockets would keep their connections open when the test closes them.
auto own_files_only() {
  return bp::extend::on_exec_setup([](auto&) { ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC); });
}

FILE* open_for_append(const std::filesystem::path& file) {
  FILE* stream = std::fopen(file.c_str(), "ae");
  if (!stream) throw std::runtime_error("cannot write " + file.string());
  return stream;
}

}  // namespace

class Process::Impl {
 public:
  Impl(const std::filesystem::path& program, const Arguments& arguments, const std::filesystem::path& log,
       const Environment& environment)
      : log_(open_for_append(log), &std::fclose) {
    const auto die_with_the_test =
        bp::extend::on_exec_setup([](auto&) { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    child_ = bp::child(program.string(), bp::args(arguments), environment_with(environment),
                       bp::std_in<bp::null, (bp::std_out & bp::std_err)> log_.get(), die_with_the_test,
                       own_files_only());
  }

  bp::child& child() { return child_; }

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> log_;
  bp::child child_;
};

Process::Process(const std::filesystem::path& program, const Arguments& arguments, std::filesystem::path log,
                 const Environment& environment)
    : impl_(std::make_unique<Impl>(program, arguments, log, environment)), log_(std::move(log)) {}

Process::~Process() {
  if (running()) kill();
}

bool Process::running() {
  return impl_->child().running();
}

int Process::pid() const {
  return impl_->child().id();
}

int Process::stop() {
  if (!running()) return impl_->child().exit_code();
  ::kill(pid(), SIGTERM);
  if (eventually([this] { return !running(); }, std::chrono::seconds(10))) return impl_->child().exit_code();
  kill();
  return -1;
}

void Process::kill() {
  if (!running()) return;
  ::kill(pid(), SIGKILL);
  impl_->child().wait();
}

int Process::wait() {
  impl_->child().wait();
  return impl_->child().exit_code();
}

std::string Process::output() const {
  return read_text(log_);
}

Finished run(const std::filesystem::path& program, const Arguments& arguments, const Environment& environment,
             const std::string& input) {
  const TempFolder folder;
  const auto out = (folder.path() / "out").string();
  const auto err = (folder.path() / "err").string();
  const auto in = folder.write("in", input).string();
  bp::child child(program.string(), bp::args(arguments), environment_with(environment),
                  bp::std_in<in, bp::std_out> out, bp::std_err > err, own_files_only());
  child.wait();
  return {child.exit_code(), read_text(out), read_text(err)};
}

std::filesystem::path find_program(const std::string& name) {
  auto folders = boost::this_process::path();
  folders.emplace_back("/usr/sbin");
  folders.emplace_back("/usr/local/sbin");
  const auto found = bp::search_path(name, folders);
  if (found.empty()) throw std::runtime_error(name + " is needed by this test and is not installed");
  return found.string();
}

int free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(listener);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace hearth::e2e
