// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Metrics, OfOneNameAndLabelsAreOneCounter) {
  Metrics metrics;
  metrics.counter("hearth_test_total", "Tests", {{"kind", "a"}}).Increment();
  metrics.counter("hearth_test_total", "Tests", {{"kind", "a"}}).Increment();
  EXPECT_EQ(metrics.counter("hearth_test_total", "Tests", {{"kind", "a"}}).Value(), 2);
}

TEST(Metrics, PrintInThePrometheusTextFormat) {
  Metrics metrics;
  metrics.gauge("hearth_depth", "Depth").Set(3);
  EXPECT_THAT(metrics.text(), testing::HasSubstr("# TYPE hearth_depth gauge\nhearth_depth 3"));
}

}  // namespace
}  // namespace hearth
