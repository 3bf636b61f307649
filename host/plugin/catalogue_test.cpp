// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/catalogue.hpp"

#include "host/plugin/test_files.hpp"

namespace hearth::plugin {
namespace {

using test::bytes_of;
using test::patched;
using test::put_file;
using test::TempFolder;

const CatalogueEntry* find(const Catalogue& catalogue, const std::string& stem) {
  for (const auto& entry : catalogue.entries()) {
    if (entry.file.stem() == stem) return &entry;
  }
  return nullptr;
}

std::string refusal(const Catalogue& catalogue, const std::string& stem) {
  const auto* entry = find(catalogue, stem);
  return entry ? entry->refused : "not listed";
}

TEST(Catalogue, SeesAMapperDroppedInAndRemoved) {
  const TempFolder folder;
  Catalogue catalogue({folder.path()});
  EXPECT_FALSE(catalogue.rescan());
  EXPECT_EQ(catalogue.choose("lamp", "virtual", {}).error().code, "MapperMissing");

  put_file(folder.path() / "virtual.so", bytes_of(test::virtual_file()));
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_FALSE(catalogue.rescan());
  const auto chosen = catalogue.choose("lamp", "virtual", {});
  ASSERT_TRUE(chosen) << chosen.error().text;
  EXPECT_EQ(chosen->note.name, "virtual");

  test::fs::remove(folder.path() / "virtual.so");
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_EQ(catalogue.choose("lamp", "virtual", {}).error().code, "MapperMissing");
}

TEST(Catalogue, WaitsForAFolderThatIsNotThereYet) {
  const TempFolder folder;
  Catalogue catalogue({folder.path() / "later"});
  EXPECT_FALSE(catalogue.rescan());
  test::fs::create_directory(folder.path() / "later");
  put_file(folder.path() / "later/probe.so", bytes_of(test::probe_file()));
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_EQ(catalogue.entries().size(), 1U);
}

TEST(Catalogue, KeepsRefusedFilesInTheListWithTheReason) {
  const TempFolder folder;
  const auto probe = bytes_of(test::probe_file());
  put_file(folder.path() / "major.so", patched(probe, "\"major\"", "1", "2"));
  put_file(folder.path() / "minor.so", patched(probe, "\"minor\"", "0", "9"));
  put_file(folder.path() / "short.so", {probe.begin(), probe.begin() + 5000});
  put_file(folder.path() / "text.so", {'h', 'i'});
  put_file(folder.path() / "open.so", probe);
  test::fs::permissions(folder.path() / "open.so", test::fs::perms::all);
  test::fs::create_directory(folder.path() / "folder.so");
  Catalogue catalogue({folder.path()});
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_NE(refusal(catalogue, "major").find("ABI 2.0, this host speaks 1.0"), std::string::npos);
  EXPECT_NE(refusal(catalogue, "minor").find("needs mapper ABI 1.9"), std::string::npos);
  EXPECT_NE(refusal(catalogue, "short").find("copy it again"), std::string::npos)
      << refusal(catalogue, "short");
  EXPECT_NE(refusal(catalogue, "text").find("no ELF header"), std::string::npos);
  EXPECT_NE(refusal(catalogue, "open").find("chmod go-w"), std::string::npos);
  EXPECT_EQ(refusal(catalogue, "folder"), "it is no regular file");
  EXPECT_EQ(catalogue.choose("x", "probe", {}).error().code, "MapperRefused");
  EXPECT_EQ(catalogue.load(*find(catalogue, "open")).error().code, "MapperRefused");
}

TEST(Catalogue, TakesAFileOnceItsPermissionsAreMended) {
  const TempFolder folder;
  const auto file = put_file(folder.path() / "probe.so", bytes_of(test::probe_file()));
  test::fs::permissions(file, test::fs::perms::all);
  Catalogue catalogue({folder.path()});
  catalogue.rescan();
  EXPECT_EQ(catalogue.choose("x", "probe", {}).error().code, "MapperRefused");
  test::fs::permissions(file, test::fs::perms::owner_all);
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_TRUE(catalogue.choose("x", "probe", {}));
}

TEST(Catalogue, PrefersTheLaterFolderForOneMapperName) {
  const TempFolder installed;
  const TempFolder dropped;
  put_file(installed.path() / "probe.so", bytes_of(test::probe_file()));
  const auto own = put_file(dropped.path() / "my-probe.so", bytes_of(test::probe_file()));
  Catalogue catalogue({installed.path(), dropped.path()});
  catalogue.rescan();
  const auto chosen = catalogue.choose("probe-1", "x", {});
  ASSERT_TRUE(chosen) << chosen.error().text;
  EXPECT_EQ(chosen->file, own);
  test::fs::remove(own);
  EXPECT_TRUE(catalogue.rescan());
  EXPECT_EQ(catalogue.choose("probe-1", "x", {})->file, installed.path() / "probe.so");
}

TEST(Catalogue, FindsTwoCopiesInOneFolderAmbiguous) {
  const TempFolder folder;
  put_file(folder.path() / "probe.so", bytes_of(test::probe_file()));
  put_file(folder.path() / "probe-copy.so", bytes_of(test::probe_file()));
  Catalogue catalogue({folder.path()});
  catalogue.rescan();
  const auto chosen = catalogue.choose("probe-1", "x", {});
  EXPECT_EQ(chosen.error().code, "MapperAmbiguous");
}

TEST(Catalogue, OpensAFileOncePerVersion) {
  const TempFolder folder;
  const auto file = put_file(folder.path() / "probe.so", bytes_of(test::probe_file()));
  Catalogue catalogue({folder.path()});
  catalogue.rescan();
  const auto first = catalogue.load(*catalogue.choose("x", "probe", {}));
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(*first, *catalogue.load(*catalogue.choose("x", "probe", {})));
  put_file(file, bytes_of(test::probe_file()));
  EXPECT_TRUE(catalogue.rescan());
  const auto second = catalogue.load(*catalogue.choose("x", "probe", {}));
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_NE(*first, *second);
}

}  // namespace
}  // namespace hearth::plugin
