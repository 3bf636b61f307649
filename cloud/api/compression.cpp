// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <memory>
#include <optional>

namespace hearth::api {
namespace {

namespace asio = boost::asio;
using boost::beast::iequals;

/// Level 1 takes about a hundredth of a second for a megabyte; the higher ones make a list of objects little smaller.
constexpr int kLevel = 1;
constexpr int kGzipWindow = 15 + 16;  // the largest, with gzip's header
constexpr int kMemory = 8;
/// Two or three milliseconds: as long as one request holds its thread.
constexpr std::size_t kSlice = 256 * 1024;
constexpr uInt kRoom = 32 * 1024;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// What stands before the mark; the text goes on behind it.
std::string_view cut(std::string_view& text, char mark) {
  const auto end = text.find(mark);
  const auto part = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return trimmed(part);
}

/// q=0 to q=1 with three digits at most, in thousandths; what is not that counts for nothing.
int thousandths(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return 0;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return 0;
    value += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(value, 1000);
}

int quality_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto parameter = cut(parameters, ';');
    const auto name = cut(parameter, '=');
    if (iequals(name, "q")) return thousandths(trimmed(parameter));
  }
  return 1000;
}

class Gzip {
 public:
  Gzip() {
    good_ = deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// False when zlib has no memory.
  bool add(std::string_view piece, bool last, std::string& out) {
    if (!good_) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    int result = Z_OK;
    do {
      const auto held = out.size();
      out.resize(held + kRoom);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + held);
      stream_.avail_out = kRoom;
      result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0 && result == Z_OK);
    return last ? result == Z_STREAM_END : stream_.avail_in == 0;
  }

 private:
  z_stream stream_{};
  bool good_ = false;
};

/// Nothing when it could not be done.
asio::awaitable<std::optional<std::string>> gzip(const std::string* body) {
  const auto executor = co_await asio::this_coro::executor;
  const auto stream = std::make_unique<Gzip>();
  std::string out;
  out.reserve(body->size() / 8);
  for (std::size_t at = 0; at < body->size(); at += kSlice) {
    if (at > 0) co_await asio::post(executor, asio::use_awaitable);
    const auto piece = std::string_view(*body).substr(at, kSlice);
    const bool last = at + piece.size() == body->size();
    if (!stream->add(piece, last, out)) co_return std::nullopt;
  }
  co_return out;
}

/// A strong tag is that of the plain bytes; what is asked with it is compared weakly.
net::Headers headers_of_gzip(const net::Headers& plain) {
  net::Headers headers;
  for (const auto& [name, value] : plain)
    headers.add(name, iequals(name, "ETag") && value.starts_with('"') ? "W/" + value : value);
  headers.add("Content-Encoding", "gzip");
  return headers;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  std::optional<int> named;
  int any = 0;
  int identity = 0;
  while (!accept_encoding.empty()) {
    auto parameters = cut(accept_encoding, ',');
    const auto coding = cut(parameters, ';');
    const int quality = quality_of(parameters);
    if (iequals(coding, "gzip") || iequals(coding, "x-gzip")) named = std::max(named.value_or(0), quality);
    if (coding == "*") any = quality;
    if (iequals(coding, "identity")) identity = quality;
  }
  const int wanted = named.value_or(any);
  return wanted > 0 && wanted >= identity;
}

asio::awaitable<net::HttpResponse> compressed(net::HttpResponse response, std::string accept_encoding) {
  if (response.body.size() <= kWorthCompressing) co_return response;
  response.headers.add("Vary", "Accept-Encoding");
  if (!takes_gzip(accept_encoding)) co_return response;
  auto body = co_await gzip(&response.body);
  if (!body) co_return response;
  response.headers = headers_of_gzip(response.headers);
  response.body = std::move(*body);
  co_return response;
}

}  // namespace hearth::api
