// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/backup_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <random>

#include "tests/support/temp_folder.hpp"

namespace hearth::api {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class BackupFile : public testing::Test {
 protected:
  static Backup backup_of(int objects) {
    Backup backup;
    backup.made_at = "2026-01-02T03:04:05Z";
    backup.state.version = 4711;
    backup.files["pki/ca.key"] = std::string("a\0b", 3);
    for (int i = 0; i < objects; ++i) {
      const auto name = "lamp-" + std::to_string(i);
      backup.state.objects[{"lamps.example.org", "home", name}] =
          Object::of(json{{"kind", "Lamp"},
                          {"metadata", {{"name", name}, {"namespace", "home"}, {"resourceVersion", "7"}}},
                          {"spec", {{"note", std::string(200, 'x')}}}});
    }
    return backup;
  }
  std::string written(int objects) {
    write_backup(file_, backup_of(objects)).value();
    return content(file_);
  }
  static std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string refusal(const std::string& bytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
    const auto read = read_backup(file_);
    return read ? "" : read.error().text;
  }
  void alter(const std::string& sql) { SQLite::Database(file_.string(), SQLite::OPEN_READWRITE).exec(sql); }
  std::string why() {
    const auto read = read_backup(file_);
    return read ? "" : read.error().text;
  }

  test::TempFolder folder_;
  fs::path file_ = folder_.path() / "hearth.backup";
};

TEST_F(BackupFile, GivesBackWhatWasPutIntoItAndIsReadableByItsOwnerOnly) {
  const auto backup = backup_of(30);
  ASSERT_TRUE(write_backup(file_, backup));
  const auto read = read_backup(file_).value();
  EXPECT_EQ(read.made_at, backup.made_at);
  EXPECT_EQ(read.state.version, 4711U);
  EXPECT_EQ(read.files, backup.files);
  ASSERT_EQ(read.state.objects.size(), 30U);
  for (const auto& [key, object] : read.state.objects)
    EXPECT_EQ(object->text(), backup.state.objects.at(key)->text());
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(BackupFile, TakesTheOldOnesPlaceOnlyWhenItIsComplete) {
  const auto first = written(3);
  std::ofstream(file_.string() + ".part") << "a rest of one that was cut short";
  fs::create_directory(folder_.path() / "other.backup");  // a rename onto it fails
  EXPECT_FALSE(write_backup(folder_.path() / "other.backup", backup_of(4)));
  EXPECT_FALSE(fs::exists(folder_.path() / "other.backup.part"));
  EXPECT_EQ(content(file_), first);
  EXPECT_NE(written(5), first);
  EXPECT_FALSE(fs::exists(file_.string() + ".part"));
}

TEST_F(BackupFile, SaysWhereItCannotBeWritten) {
  const auto failed = write_backup(folder_.path() / "no-folder" / "x", backup_of(1));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text, HasSubstr("no-folder"));
}

TEST_F(BackupFile, IsRefusedWhenItIsSomethingElse) {
  EXPECT_THAT(why(), HasSubstr("No such file"));
  EXPECT_THAT(refusal(""), HasSubstr("the file is empty"));
  EXPECT_THAT(refusal("apiVersion: v1\nkind: List\n"), HasSubstr("no backup"));
  EXPECT_THAT(refusal(std::string(100'000, '\0')), HasSubstr("no backup"));
  fs::remove(file_);
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  EXPECT_THAT(why(), HasSubstr("this is no backup of hearth-cloud"));
  EXPECT_FALSE(looks_like_backup(file_));
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_THAT(why(), HasSubstr("is no file"));
}

TEST_F(BackupFile, OfANewerFormatNamesBothFormats) {
  written(1);
  alter("PRAGMA user_version = 2");
  EXPECT_THAT(why(), HasSubstr("made by a newer hearth-cloud (its format is 2, this one reads 1)"));
  EXPECT_TRUE(looks_like_backup(file_));
}

TEST_F(BackupFile, IsRefusedWhereverItIsCutShort) {
  const auto whole = written(100);
  for (std::size_t size = 0; size < whole.size(); size += 509)
    EXPECT_NE(refusal(whole.substr(0, size)), "") << size << " bytes of " << whole.size();
}

TEST_F(BackupFile, IsRefusedOrAsItWasWhereverABitFlips) {
  const auto whole = written(40);
  const auto good = backup_of(40);
  std::minstd_rand random(7);
  for (int i = 0; i < 300; ++i) {
    auto bytes = whole;
    bytes[random() % bytes.size()] ^= static_cast<char>(1U << (random() % 8));
    std::ofstream(file_, std::ios::binary) << bytes;
    const auto read = read_backup(file_);
    if (!read) continue;
    // Bytes that nothing is read from.
    ASSERT_EQ(read->state.objects.size(), good.state.objects.size());
    EXPECT_EQ(read->state.version, good.state.version);
    EXPECT_EQ(read->files, good.files);
    for (const auto& [key, object] : read->state.objects)
      ASSERT_EQ(object->text(), good.state.objects.at(key)->text());
  }
}

TEST_F(BackupFile, IsRefusedWhenAnObjectIsGoneOrIsNotWhatItsRowSays) {
  for (const auto* sql :
       {"DELETE FROM objects WHERE name = 'lamp-3'", "UPDATE objects SET body = '{\"a\":' WHERE id = 2",
        "UPDATE objects SET name = 'other' WHERE id = 2", "UPDATE counter SET value = -1",
        "UPDATE counter SET value = 9223372036854775807", "DELETE FROM counter", "DELETE FROM file",
        "DROP TABLE about", "ALTER TABLE objects RENAME TO o; CREATE VIEW objects AS SELECT * FROM o"}) {
    written(5);
    alter(sql);
    EXPECT_THAT(why(), HasSubstr("the backup is damaged")) << sql;
  }
}

}  // namespace
}  // namespace hearth::api
