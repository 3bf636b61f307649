// SPDX-License-Identifier: Apache-2.0
// The README's first command, on the binaries of this build.
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::HasSubstr;

TEST(Demo, RunOnceShowsTheNineStepsAndEndsWell) {
  const auto shown = run(source_dir() / "hearth", {"demo", "--once"},
                         {{"HEARTH_BUILD_DIR", binary("").parent_path().parent_path().string()}});
  EXPECT_EQ(shown.status, 0) << shown.out << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("arrived in the API"));
  for (int step = 1; step <= 9; ++step)
    EXPECT_THAT(shown.out, testing::ContainsRegex("\n +" + std::to_string(step) + "  "));
}

}  // namespace
}  // namespace hearth::e2e
