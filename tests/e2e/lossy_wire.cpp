// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/lossy_wire.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <optional>
#include <random>
#include <system_error>
#include <thread>
#include <vector>

namespace hearth::e2e {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kTun = "/dev/net/tun";
constexpr std::size_t kMaxPacket = 64 * 1024;
constexpr int kIdlePollMs = 20;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void ip(const Arguments& arguments) {
  const auto done = run(find_program("ip"), arguments);
  if (done.status == 0) return;
  std::string command = "ip";
  for (const auto& argument : arguments)
    command += " " + argument;
  throw std::runtime_error(command + ": " + done.err);
}

/// A tun device of the calling thread's namespace; goes with the descriptor.
int open_tun(const std::string& name) {
  const int tun = ::open(kTun, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) fail(kTun);
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(tun, TUNSETIFF, &request) < 0) fail("tun device " + name);
  return tun;
}

/// In a thread of its own, as the thread stays in the namespace.
int open_tun_inside(const std::string& netns, const std::string& name) {
  int tun = -1;
  std::thread([&] {
    const int space = ::open(("/run/netns/" + netns).c_str(), O_RDONLY | O_CLOEXEC);
    if (space >= 0 && ::setns(space, CLONE_NEWNET) == 0) tun = open_tun(name);
    if (space >= 0) ::close(space);
  }).join();
  if (tun < 0) throw std::runtime_error("cannot enter the network namespace " + netns);
  return tun;
}

struct Packet {
  Clock::time_point due;
  int to;
  std::vector<char> bytes;
};

}  // namespace

class LossyWire::Impl {
 public:
  Impl() {
    ip({"netns", "add", netns_});
    try {
      set_up();
    } catch (...) {
      take_down();
      throw;
    }
    thread_ = std::thread([this] { carry(); });
  }
  ~Impl() {
    running_ = false;
    thread_.join();
    take_down();
  }

  std::string address(int end) const {
    const int pid = ::getpid();
    return "10." + std::to_string(200 + pid / 250 % 50) + "." + std::to_string(pid % 250) + "." +
           std::to_string(end);
  }

  const std::string netns_ = "hearth-" + std::to_string(::getpid());
  std::atomic<double> loss_{0};
  std::atomic<std::chrono::milliseconds> delay_{std::chrono::milliseconds(0)};

 private:
  void set_up() {
    const auto ours = "hta" + std::to_string(::getpid());
    const auto theirs = "htb" + std::to_string(::getpid());
    outside_ = open_tun(ours);
    inside_ = open_tun_inside(netns_, theirs);
    ip({"address", "add", address(1), "peer", address(2), "dev", ours});
    ip({"link", "set", ours, "up"});
    ip({"-n", netns_, "address", "add", address(2), "peer", address(1), "dev", theirs});
    ip({"-n", netns_, "link", "set", theirs, "up"});
    ip({"-n", netns_, "link", "set", "lo", "up"});
  }

  void take_down() {
    for (const int tun : {outside_, inside_}) {
      if (tun >= 0) ::close(tun);
    }
    run(find_program("ip"), {"netns", "delete", netns_});
  }

  void carry() {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> chance(0, 1);
    while (running_) {
      std::array<pollfd, 2> ends{pollfd{outside_, POLLIN, 0}, pollfd{inside_, POLLIN, 0}};
      ::poll(ends.data(), ends.size(), on_the_way_.empty() ? kIdlePollMs : 1);
      for (const auto& end : ends) {
        const int to = end.fd == outside_ ? inside_ : outside_;
        while (auto packet = take(end.fd)) {
          if (chance(random) < loss_) continue;
          on_the_way_.push_back({Clock::now() + delay_.load(), to, std::move(*packet)});
        }
      }
      deliver();
    }
  }

  static std::optional<std::vector<char>> take(int tun) {
    std::vector<char> bytes(kMaxPacket);
    const auto size = ::read(tun, bytes.data(), bytes.size());
    if (size <= 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }

  void deliver() {
    while (!on_the_way_.empty() && on_the_way_.front().due <= Clock::now()) {
      const auto& packet = on_the_way_.front();
      // A full queue loses the packet, as a wire would.
      [[maybe_unused]] const auto written = ::write(packet.to, packet.bytes.data(), packet.bytes.size());
      on_the_way_.pop_front();
    }
  }

  int outside_ = -1;
  int inside_ = -1;
  std::deque<Packet> on_the_way_;
  std::atomic<bool> running_{true};
  std::thread thread_;
};

std::string LossyWire::why_not() {
  if (::geteuid() != 0) return "a network namespace needs root (run the tests as root)";
  if (::access(kTun, R_OK | W_OK) != 0) return std::string("there is no ") + kTun + " (modprobe tun)";
  try {
    find_program("ip");
  } catch (const std::exception& missing) {
    return missing.what() + std::string(" (apt-get install iproute2)");
  }
  return "";
}

LossyWire::LossyWire() : impl_(std::make_unique<Impl>()) {}
LossyWire::~LossyWire() = default;

std::string LossyWire::our_address() const {
  return impl_->address(1);
}

Arguments LossyWire::inside() const {
  return {find_program("ip").string(), "netns", "exec", impl_->netns_};
}

void LossyWire::lose(double share) {
  impl_->loss_ = share;
}

void LossyWire::delay(std::chrono::milliseconds one_way) {
  impl_->delay_ = one_way;
}

}  // namespace hearth::e2e
