// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/managed_broker.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/ip/tcp.hpp>
#include <fstream>

#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Fixture : testing::Test {
  ManagedBrokerOptions options() const { return {.data_dir = folder.path(), .port = 0}; }

  bool listens(std::uint16_t port) {
    tcp::socket socket(io);
    boost::system::error_code error;
    socket.connect({asio::ip::address_v4::loopback(), port}, error);
    return !error;
  }

  test::TempFolder folder;
  asio::io_context io;
};

using ManagedBrokerTest = Fixture;

TEST_F(ManagedBrokerTest, ListensWhenStartIsDoneAndLeavesNoProcessBehind) {
  ManagedBroker broker(io, options());
  ASSERT_TRUE(test::run(io, broker.start()));
  const int pid = broker.pid();
  EXPECT_NE(broker.port(), 0);
  EXPECT_TRUE(listens(broker.port()));
  EXPECT_TRUE(test::run(io, broker.stop()));
  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_FALSE(listens(broker.port()));
  EXPECT_EQ(broker.pid(), 0);
}

TEST_F(ManagedBrokerTest, KeepsItsFilesToItself) {
  ManagedBroker broker(io, options());
  ASSERT_TRUE(test::run(io, broker.start()));
  const auto mode = std::filesystem::status(folder.path() / "mosquitto").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "mosquitto" / "mosquitto.conf"));
  EXPECT_TRUE(test::run(io, broker.stop()));
}

TEST_F(ManagedBrokerTest, ComesBackOnItsPortAfterItWasKilled) {
  ManagedBroker broker(io, options());
  ASSERT_TRUE(test::run(io, broker.start()));
  const int first = broker.pid();
  const auto port = broker.port();
  ::kill(first, SIGKILL);
  EXPECT_TRUE(
      test::run_until(io, [&] { return broker.pid() != 0 && broker.pid() != first && listens(port); }));
  EXPECT_TRUE(test::run(io, broker.stop()));
}

TEST_F(ManagedBrokerTest, NamesAPortInUse) {
  tcp::acceptor taken(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  auto with_port = options();
  with_port.port = taken.local_endpoint().port();
  ManagedBroker broker(io, with_port);
  const auto started = test::run(io, broker.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "PortInUse");
  EXPECT_NE(started.error().text.find(std::to_string(with_port.port)), std::string::npos);
}

TEST_F(ManagedBrokerTest, NamesAMissingProgram) {
  auto without = options();
  without.program = "no-such-mosquitto";
  ManagedBroker broker(io, without);
  const auto started = test::run(io, broker.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "NoSuchProgram");
  EXPECT_NE(started.error().text.find("install the mosquitto package"), std::string::npos);
}

TEST_F(ManagedBrokerTest, ReportsTheLastWordsOfAProgramThatEndsAtOnce) {
  const auto script = folder.path() / "broken";
  std::ofstream(script) << "#!/bin/sh\necho 'Error: cannot do it' >&2\nexit 3\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  auto with_script = options();
  with_script.program = script;
  ManagedBroker broker(io, with_script);
  const auto started = test::run(io, broker.start());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().text.find("exit status 3; its last words: Error: cannot do it"),
            std::string::npos)
      << started.error().text;
}

TEST_F(ManagedBrokerTest, EndsWithItsObjectWhenNobodyStoppedIt) {
  int pid = 0;
  {
    ManagedBroker broker(io, options());
    ASSERT_TRUE(test::run(io, broker.start()));
    pid = broker.pid();
  }
  EXPECT_TRUE(test::run_until(io, [pid] { return ::kill(pid, 0) != 0; }));
}

}  // namespace
}  // namespace hearth::eventbus
