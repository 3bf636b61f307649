// SPDX-License-Identifier: Apache-2.0
// backup and restore as a user has them, beside a whole cloud in a process of its own and without one.
#include "cloud/backup.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "cloud/cloud.hpp"
#include "cloud/kube/kube_client.hpp"
#include "cloud/private_file.hpp"
#include "cloud/restore.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

/// `hearth-cloud --data-dir DIR` on free ports, in a child.
class RunningCloud {
 public:
  explicit RunningCloud(const fs::path& data_dir) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    CloudOptions options;
    options.data_dir = data_dir;
    options.api_listen = options.hub_listen = options.cert_listen = "127.0.0.1:0";
    ::_exit(run(options) ? 0 : 1);
  }
  ~RunningCloud() { end(SIGKILL); }
  RunningCloud(const RunningCloud&) = delete;
  RunningCloud& operator=(const RunningCloud&) = delete;
  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

 private:
  pid_t pid_ = 0;
};

class BackupTest : public testing::Test {
 protected:
  static CloudOptions of(const fs::path& data_dir) {
    CloudOptions options;
    options.data_dir = data_dir;
    return options;
  }
  void start(const fs::path& data_dir) {
    std::error_code none;
    fs::remove(data_dir / "kubeconfig", none);
    cloud_ = std::make_unique<RunningCloud>(data_dir);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!asked(data_dir, "GET", "/readyz") && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(20ms);
  }

  /// The body of a request of the administrator's that was answered with success.
  static std::optional<std::string> asked(const fs::path& data_dir, const std::string& method,
                                          const std::string& path, const json& body = nullptr) {
    const auto access = kube::load_kubeconfig(data_dir / "kubeconfig");
    if (!access) return std::nullopt;
    asio::io_context io;
    kube::KubeClient client(io.get_executor(), *access, "test");
    net::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers.add("Content-Type", "application/json");
    if (!body.is_null()) request.body = body.dump();
    std::optional<std::string> answered;
    asio::co_spawn(io, client.raw(std::move(request)),
                   [&](const std::exception_ptr&, Result<net::HttpResponse> response) {
                     if (response && response->status < 300) answered = std::move(response->body);
                     client.close();
                   });
    io.run();
    return answered;
  }
  static bool make(const fs::path& data_dir, const std::string& name, const std::string& value) {
    const json map = {{"metadata", {{"name", name}}}, {"data", {{"v", value}}}};
    return asked(data_dir, "POST", kMaps, map).has_value();
  }
  static bool remove(const fs::path& data_dir, const std::string& name) {
    return asked(data_dir, "DELETE", kMaps + ("/" + name)).has_value();
  }
  static std::string value(const fs::path& data_dir, const std::string& name) {
    const auto body = asked(data_dir, "GET", kMaps + ("/" + name));
    return body ? json::parse(*body).value("/data/v"_json_pointer, "") : "";
  }
  static std::uint64_t version(const fs::path& data_dir) {
    const auto list = json::parse(asked(data_dir, "GET", kMaps).value_or("{}"));
    return std::stoull(list.value("/metadata/resourceVersion"_json_pointer, "0"));
  }

  Result<void> save(const fs::path& data_dir) { return back_up(of(data_dir), file_, said_); }
  Result<void> bring_back(const fs::path& data_dir, bool objects_only = false) {
    auto options = of(data_dir);
    options.objects_only = objects_only;
    return restore(options, file_, said_);
  }
  static std::size_t files_like(const fs::path& folder, std::string_view text) {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(folder))
      found += entry.path().filename().string().find(text) != std::string::npos ? 1 : 0;
    return found;
  }

  static constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";
  test::TempFolder folder_;
  fs::path home_ = folder_.path() / "home";
  fs::path other_ = folder_.path() / "other";
  fs::path file_ = folder_.path() / "hearth.backup";
  std::ostringstream said_;
  std::unique_ptr<RunningCloud> cloud_;
};

TEST_F(BackupTest, BringsARunningCloudBackAndVersionsGoOn) {
  start(home_);
  ASSERT_TRUE(make(home_, "kept", "old") && make(home_, "gone", "x"));
  ASSERT_TRUE(save(home_)) << said_.str();
  ASSERT_TRUE(remove(home_, "gone") && make(home_, "later", "y"));
  const auto before = version(home_);
  const auto done = bring_back(home_);
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(value(home_, "kept"), "old");
  EXPECT_EQ(value(home_, "gone"), "x");
  EXPECT_EQ(value(home_, "later"), "");
  EXPECT_GT(version(home_), before);
  EXPECT_THAT(said_.str(), HasSubstr("1 were added, 0 changed, 1 that it does not hold removed"));
  EXPECT_EQ(files_like(home_, "replaced-"), 1U);
  EXPECT_FALSE(fs::exists(handed_over(home_)));
  // What was replaced can be brought back in turn, and is all there after a power cut.
  for (const auto& entry : fs::directory_iterator(home_))
    if (entry.path().filename().string().starts_with("replaced-")) file_ = entry.path();
  ASSERT_TRUE(bring_back(home_));
  cloud_->end(SIGKILL);
  start(home_);
  EXPECT_EQ(value(home_, "later"), "y");
  EXPECT_EQ(value(home_, "gone"), "");
}

TEST_F(BackupTest, MakesANewDiskTheOldCloudThatItsNodesTrust) {
  start(home_);
  ASSERT_TRUE(make(home_, "kept", "old"));
  ASSERT_TRUE(save(home_));
  EXPECT_THAT(said_.str(), HasSubstr("and the CA with its key"));
  cloud_->end(SIGTERM);
  start(other_);  // a fresh install was started once already, and has made a CA of its own
  const auto running = bring_back(other_);
  ASSERT_FALSE(running);
  EXPECT_THAT(running.error().text, HasSubstr("--objects-only"));
  cloud_->end(SIGTERM);
  ASSERT_TRUE(bring_back(other_));
  EXPECT_EQ(read_file(other_ / "pki" / "ca.crt").value(), read_file(home_ / "pki" / "ca.crt").value());
  start(other_);
  EXPECT_EQ(value(other_, "kept"), "old");
  EXPECT_GT(version(other_), 1'000'000'000U);
  EXPECT_EQ(files_like(other_, "replaced-"), 1U);
}

TEST_F(BackupTest, LeavesTheCaWhereOnlyObjectsAreWanted) {
  start(home_);
  ASSERT_TRUE(make(home_, "kept", "old"));
  ASSERT_TRUE(save(home_));
  start(other_);
  const auto ca = read_file(other_ / "pki" / "ca.crt").value();
  ASSERT_TRUE(bring_back(other_, true));
  EXPECT_EQ(value(other_, "kept"), "old");
  EXPECT_EQ(read_file(other_ / "pki" / "ca.crt").value(), ca);
}

TEST_F(BackupTest, IsOfOneMomentWhileTheCloudIsWrittenTo) {
  start(home_);
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (!stop && make(home_, "map-" + std::to_string(written), "v"))
      ++written;
  });
  for (int i = 0; i < 5; ++i) {
    while (written < (i + 1) * 4)
      std::this_thread::sleep_for(1ms);
    const int sure = written;
    ASSERT_TRUE(save(home_));
    const auto backup = api::read_backup(file_).value();
    int held = 0;
    while (backup.state.objects.contains({"configmaps", "default", "map-" + std::to_string(held)}))
      ++held;
    EXPECT_GE(held, sure) << "what was acknowledged before is in it";
    const auto maps =
        std::count_if(backup.state.objects.begin(), backup.state.objects.end(), [](const auto& entry) {
          return entry.first.resource == "configmaps" && entry.first.name.starts_with("map-");
        });
    EXPECT_EQ(maps, held) << "without gaps";
  }
  stop = true;
  writer.join();
}

TEST_F(BackupTest, LosesNothingWhenTheCloudIsKilledWhileItRestores) {
  start(home_);
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(make(home_, "map-" + std::to_string(i), "v"));
  ASSERT_TRUE(save(home_));
  for (int round = 0; round < 8; ++round) {
    ASSERT_TRUE(make(home_, "later", "y"));
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(4 * round));
      cloud_->end(SIGKILL);
    });
    const bool done = bring_back(home_).has_value();
    killer.join();
    start(home_);
    const bool later = value(home_, "later") == "y";
    if (done) EXPECT_FALSE(later) << "a restore that was confirmed holds";
    for (int i = 0; i < 20; ++i)
      ASSERT_EQ(value(home_, "map-" + std::to_string(i)), "v");
    if (later) ASSERT_TRUE(remove(home_, "later"));
  }
}

TEST_F(BackupTest, ThatIsKilledLeavesTheOlderOneAsItWas) {
  start(home_);
  ASSERT_TRUE(make(home_, "a", "x"));
  ASSERT_TRUE(save(home_));
  const auto first = read_file(file_).value();
  for (int round = 0; round < 10; ++round) {
    const auto child = ::fork();
    if (child == 0) {
      std::ostringstream unheard;
      for (;;)
        if (!back_up(of(home_), file_, unheard)) ::_exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + 2 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(api::read_backup(file_)) << round;
  }
  EXPECT_TRUE(save(home_)) << "what was left half made is in nobody's way";
  EXPECT_EQ(files_like(folder_.path(), ".part"), 0U);
}

TEST_F(BackupTest, RefusesWhatIsNoBackupAndChangesNothing) {
  start(home_);
  ASSERT_TRUE(make(home_, "a", "x"));
  std::ofstream(file_) << "kind: List\n";
  EXPECT_THAT(save(home_).error().text, HasSubstr("is there and is no backup"));
  EXPECT_THAT(bring_back(home_).error().text, HasSubstr("no backup"));
  EXPECT_EQ(value(home_, "a"), "x");
  fs::remove(file_);
  EXPECT_THAT(save(other_).error().text, HasSubstr("api.db is not there"));
  EXPECT_FALSE(asked(home_, "POST", kRestorePath)) << "without a file that was handed over";
  EXPECT_EQ(value(home_, "a"), "x");
  EXPECT_EQ(files_like(home_, "replaced-"), 0U);
}

}  // namespace
}  // namespace hearth::cloud
