// SPDX-License-Identifier: Apache-2.0
// A node's certificate over its whole life: before its time by the node's clock, renewed in time, and run out.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/e2e/fleet.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

/// For programs whose clock a test sets; of Debian's package libfaketime, wherever this machine's libraries are.
constexpr const char* kFakeClock = "/usr/$LIB/faketime/libfaketimeMT.so.1";

class Certificate : public FleetTest {
 protected:
  void start_with_certificates_of(const std::string& lifetime) {
    ASSERT_NO_FATAL_FAILURE(start_fleet({"--node-certificate-lifetime", lifetime}));
    ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "OFF")));
    ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  }
  std::string certificate() const { return read_text(edge_dir() / "certs" / "node.crt"); }
  bool expired() const {
    return run(find_program("openssl"),
               {"x509", "-in", (edge_dir() / "certs" / "node.crt").string(), "-noout", "-checkend", "0"})
               .status != 0;
  }
};

TEST_F(Certificate, IsRenewedInTimeAndTheLinkHasNoGap) {
  ASSERT_NO_FATAL_FAILURE(start_with_certificates_of("15s"));
  const DeviceId meter_id{"default", "meter"};
  ASSERT_NO_FATAL_FAILURE(apply_one(meter(meter_id)));
  MqttClient mapper(broker_port(), {"$hw/#"});
  ASSERT_TRUE(eventually([&] { return report(mapper, meter_id, "0"); }));
  const auto first = certificate();
  const auto end = Clock::now() + 16s;
  int reports = 0;
  ASSERT_TRUE(eventually([&] {
    if (report(mapper, meter_id, std::to_string(reports + 1))) ++reports;
    return certificate() != first && Clock::now() > end;
  })) << host().output();
  EXPECT_FALSE(expired());
  EXPECT_TRUE(shows(meter_id, std::to_string(reports)));
  EXPECT_THAT(host().output(), Not(HasSubstr("edgehub: no link")));
  EXPECT_THAT(cloud().output(), Not(HasSubstr("is disconnected")));
  EXPECT_THAT(cloud().output(), HasSubstr("its older session is closed"));
}

TEST_F(Certificate, ThatRanOutWhileTheNodeWasAwayIsRenewedWhenItIsBack) {
  ASSERT_NO_FATAL_FAILURE(start_with_certificates_of("6s"));
  EXPECT_EQ(host().stop(), 0);
  const auto log = host().output().size();
  ASSERT_TRUE(eventually([&] { return expired(); }));
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "ON")));
  ASSERT_NO_FATAL_FAILURE(restart_host());
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  EXPECT_THAT(host().output().substr(log), HasSubstr("the certificate expired at"));
  EXPECT_THAT(host().output().substr(log), HasSubstr("it is renewed"));
}

/// The host's clock is the one that a file of the test names.
class CertificateInThePast : public Certificate {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "SKIPPED, a wrong clock is not tested: the sanitizer's library must be a program's first";
#endif
    if (run("/bin/true", {}, {{"LD_PRELOAD", kFakeClock}}).err.find("cannot be preloaded") !=
        std::string::npos)
      GTEST_SKIP() << "SKIPPED, a wrong clock is not tested: needs libfaketime (apt-get install libfaketime)";
  }
  void set_clock(const std::string& time) {
    const auto fresh = folder().write("clock.new", time + "\n");
    std::filesystem::rename(fresh, clock());
  }
  std::filesystem::path clock() const {
    return folder().path() / "clock";
  }
  Environment with_that_clock() const {
    return {{"LD_PRELOAD", kFakeClock},
            {"FAKETIME_TIMESTAMP_FILE", clock().string()},
            {"FAKETIME_NO_CACHE", "1"},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
  }
};

TEST_F(CertificateInThePast, IsGoodAsSoonAsTheClockOfTheMachineIsSet) {
  ASSERT_NO_FATAL_FAILURE(start_with_certificates_of("1h"));
  const auto kept = certificate();
  EXPECT_EQ(host().stop(), 0);
  const auto log = host().output().size();
  set_clock("@1970-01-01 00:01:00");
  run_hosts_with(with_that_clock());
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "ON")));
  ASSERT_NO_FATAL_FAILURE(restart_host());
  EXPECT_TRUE(eventually([&] {
    const auto said = host().output().substr(log);
    return said.find("is not valid before") != std::string::npos &&
           said.find("this machine's clock says 1970-01-01T00:01:") != std::string::npos;
  })) << host().output();
  EXPECT_EQ(switch_of("lamp"), "OFF");

  set_clock("+0");
  const auto set_at = Clock::now();
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  EXPECT_LT(Clock::now() - set_at, 15s) << "dialled at most 5 s apart";
  EXPECT_EQ(certificate(), kept);
}

}  // namespace
}  // namespace hearth::e2e
