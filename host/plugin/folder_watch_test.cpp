// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/folder_watch.hpp"

#include <functional>

#include "host/plugin/test_files.hpp"

namespace hearth::plugin {
namespace {

using namespace std::chrono_literals;
using test::put_file;
using test::TempFolder;

class Watched {
 public:
  explicit Watched(std::vector<test::fs::path> folders)
      : watch_(
            io_, std::move(folders), [this] { ++calls; }, 10ms) {}

  /// Runs until the callback has come `count` times more; false if it has not within some seconds.
  bool comes(int count = 1) {
    const int wanted = calls + count;
    io_.restart();
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (calls < wanted && std::chrono::steady_clock::now() < deadline) {
      io_.run_one_for(50ms);
    }
    return calls >= wanted;
  }

  int calls = 0;

 private:
  boost::asio::io_context io_;
  FolderWatch watch_;
};

TEST(FolderWatch, TellsOfAFileDroppedInChangedAndRemoved) {
  const TempFolder folder;
  Watched watched({folder.path()});
  const auto file = put_file(folder.path() / "x.so", {1, 2, 3});
  EXPECT_TRUE(watched.comes());
  std::ofstream(file, std::ios::app) << "more";
  EXPECT_TRUE(watched.comes());
  test::fs::permissions(file, test::fs::perms::owner_read);
  EXPECT_TRUE(watched.comes());
  test::fs::remove(file);
  EXPECT_TRUE(watched.comes());
}

TEST(FolderWatch, CallsOnceForABurst) {
  const TempFolder folder;
  Watched watched({folder.path()});
  for (int i = 0; i < 20; ++i) {
    put_file(folder.path() / (std::to_string(i) + ".so"), {1});
  }
  EXPECT_TRUE(watched.comes());
  EXPECT_EQ(watched.calls, 1);
}

TEST(FolderWatch, WaitsForAFolderThatIsMadeLater) {
  const TempFolder folder;
  Watched watched({folder.path() / "a/b"});
  test::fs::create_directories(folder.path() / "a/b");
  EXPECT_TRUE(watched.comes());
  put_file(folder.path() / "a/b/x.so", {1});
  EXPECT_TRUE(watched.comes());
}

TEST(FolderWatch, SurvivesAFolderThatIsRemovedAndMadeAgain) {
  const TempFolder folder;
  const auto inner = folder.path() / "mappers";
  test::fs::create_directory(inner);
  Watched watched({inner});
  test::fs::remove_all(inner);
  EXPECT_TRUE(watched.comes());
  test::fs::create_directory(inner);
  EXPECT_TRUE(watched.comes());
  put_file(inner / "x.so", {1});
  EXPECT_TRUE(watched.comes());
}

TEST(FolderWatch, MayBeEndedByItsOwnCallback) {
  const TempFolder folder;
  boost::asio::io_context io;
  std::unique_ptr<FolderWatch> watch;
  bool called = false;
  watch = std::make_unique<FolderWatch>(
      io, std::vector{folder.path()},
      [&] {
        called = true;
        watch.reset();
      },
      5ms);
  put_file(folder.path() / "x.so", {1});
  io.run_for(5s);
  EXPECT_TRUE(called);
}

}  // namespace
}  // namespace hearth::plugin
