// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/compression.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

net::HttpResponse answer(std::string body, const std::string& accept_encoding,
                         int* turns_of_others = nullptr) {
  boost::asio::io_context io;
  std::optional<net::HttpResponse> result;
  net::HttpResponse plain{200, {{"Content-Type", "application/json"}, {"ETag", "\"abc\""}}, std::move(body)};
  boost::asio::co_spawn(io, compressed(std::move(plain), accept_encoding),
                        [&](std::exception_ptr, net::HttpResponse made) { result = std::move(made); });
  while (io.run_one() > 0 && !result)
    if (turns_of_others != nullptr) ++*turns_of_others;
  return std::move(result).value();
}

std::string unzipped(const std::string& body, std::size_t size) {
  std::string out(size + 1, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string list_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += R"({"metadata":{"name":"lamp-)" + std::to_string(i * 7919 % 10'007) + R"("}},)";
  text.resize(size);
  return text;
}

TEST(Compression, IsTakenByWhoAsksForIt) {
  for (const auto* text : {"gzip", "deflate, gzip, br", "GZip;q=0.5", "x-gzip", "*", "gzip ; q=1.000",
                           "br;q=1,*;q=0.1", "identity;q=0.5, gzip;q=0.5", "gzip;q=0, x-gzip"})
    EXPECT_TRUE(takes_gzip(text)) << text;
  for (const auto* text :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "*, gzip;q=0", "gzip;q=x", "gzip;q=-1",
        "gzip;q=", "identity, gzip;q=0.9", ",,;", "gzipped", ";q=1", "gzip;q=1.0000000"})
    EXPECT_FALSE(takes_gzip(text)) << text;
}

TEST(Compression, MakesALargeAnswerSmallAndSaysSo) {
  for (const std::size_t size :
       {kWorthCompressing + 1, std::size_t{262'144}, std::size_t{524'288}, std::size_t{3'000'001}}) {
    const auto body = list_of(size);
    const auto sent = answer(body, "gzip");
    EXPECT_EQ(sent.headers.get("Content-Encoding"), "gzip");
    EXPECT_EQ(sent.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(sent.headers.get("Vary"), "Accept-Encoding");
    EXPECT_EQ(sent.headers.get("ETag"), "W/\"abc\"");
    EXPECT_LT(sent.body.size(), body.size() / 4);
    EXPECT_EQ(unzipped(sent.body, size), body);
  }
}

TEST(Compression, LeavesSmallAnswersAndThoseNotAskedForAsTheyAre) {
  const auto small = answer(list_of(kWorthCompressing), "gzip");
  EXPECT_EQ(small.body, list_of(kWorthCompressing));
  EXPECT_FALSE(small.headers.has("Content-Encoding"));
  const auto plain = answer(list_of(1'000'000), "identity");
  EXPECT_EQ(plain.body, list_of(1'000'000));
  EXPECT_FALSE(plain.headers.has("Content-Encoding"));
  EXPECT_EQ(plain.headers.get("ETag"), "\"abc\"");
  EXPECT_EQ(plain.headers.get("Vary"), "Accept-Encoding") << "a cache must know that there is another form";
}

TEST(Compression, GivesWayToOthersAfterEachSlice) {
  int turns = 0;
  answer(list_of(2'600'000), "gzip", &turns);
  EXPECT_GE(turns, 9);
}

class CompressedAnswers : public ServerTest {
 protected:
  void SetUp() override {
    net::HttpRequest create;
    create.method = "POST";
    create.target = "/api/v1/namespaces/default/configmaps";
    create.headers.add("Content-Type", "application/json");
    create.body = R"({"metadata":{"name":"big"},"data":{"v":")" + std::string(300'000, 'x') + "\"}}";
    ASSERT_EQ(request(std::move(create), "system:masters").status, 201);
  }
  net::HttpResponse get(const std::string& target, const std::string& accept_encoding) {
    net::HttpRequest asked;
    asked.target = target;
    if (!accept_encoding.empty()) asked.headers.add("Accept-Encoding", accept_encoding);
    return request(std::move(asked), "system:masters");
  }
};

TEST_F(CompressedAnswers, AreTheSameObjectsAndWatchesAreNeverCompressed) {
  const std::string list = "/api/v1/namespaces/default/configmaps";
  const auto plain = get(list, "");
  const auto packed = get(list, "gzip");
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 10'000U);
  EXPECT_EQ(unzipped(packed.body, plain.body.size()), plain.body);
  const auto watch = get(list + "?watch=true&timeoutSeconds=1", "gzip");
  EXPECT_FALSE(watch.headers.has("Content-Encoding"));
  EXPECT_NE(watch.body.find(R"("type":"ADDED")"), std::string::npos);
  EXPECT_EQ(ok({"get", "configmap", "big", "-o", "jsonpath={.data.v}"}), std::string(300'000, 'x'));
}

}  // namespace
}  // namespace hearth::api
