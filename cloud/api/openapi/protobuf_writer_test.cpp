// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/protobuf_writer.hpp"

#include <gtest/gtest.h>

namespace hearth::openapi {
namespace {

using namespace std::string_literals;

TEST(ProtobufWriter, WritesTheWireFormat) {
  ProtobufWriter out;
  out.bytes(1, "2.0");
  out.varint(2, 300);
  out.varint(31, 1);
  out.float64(7, 1.0);
  EXPECT_EQ(out.data(),
            "\x0a\x03"s
            "2.0"
            "\x10\xac\x02"
            "\xf8\x01\x01"
            "\x39\0\0\0\0\0\0\xf0\x3f"s);
}

TEST(ProtobufWriter, WritesLengthsOverOneByte) {
  ProtobufWriter out;
  out.bytes(1, std::string(200, 'x'));
  EXPECT_EQ(out.data().substr(0, 3), "\x0a\xc8\x01");
  EXPECT_EQ(out.data().size(), 203U);
}

}  // namespace
}  // namespace hearth::openapi
