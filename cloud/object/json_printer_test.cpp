// SPDX-License-Identifier: Apache-2.0
#include "cloud/object/json_printer.hpp"

#include <gtest/gtest.h>

namespace hearth::object {
namespace {

using nlohmann::json;

std::string printed(const json& value) {
  std::string text;
  append_json(value, text);
  return text;
}

TEST(JsonPrinter, PrintsAsTheLibraryDoes) {
  const std::vector<json> values = {
      nullptr,
      true,
      -7,
      18446744073709551615U,
      0.1,
      1e300,
      "",
      "plain",
      json::object(),
      json::array(),
      {{"a", {1, "two", {{"three", nullptr}}}}, {"b", json::object()}, {"", json::array({json::array()})}},
      "quote \" backslash \\ slash / tab \t null " + std::string(1, '\0') + " delete \x7f",
      "gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x92\xa1",
      {{"key \"with\" quotes", 1}, {"\xc3\xa4", 2}}};
  for (const auto& value : values)
    EXPECT_EQ(printed(value), value.dump()) << value;
}

TEST(JsonPrinter, ReplacesWhatIsNoUtf8) {
  const json broken = {{"a\xff", "b\xc3"}};
  EXPECT_EQ(printed(broken), broken.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace
}  // namespace hearth::object
