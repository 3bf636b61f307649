// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_stream.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <charconv>
#include <optional>

namespace hearth::eventdata {
namespace {

namespace asio = boost::asio;

/// The ring tells nobody of new events, and a person watches: this often is often enough, and only while one does.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::size_t kChunk = 256 * 1024;

struct Question {
  Selection selection;
  std::optional<std::uint64_t> after;
  bool follow = false;
};

std::optional<Question> parse_question(const std::string& target) {
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return std::nullopt;
  Question question;
  for (const auto& parameter : url->params()) {
    if (parameter.key == "node") question.selection.node = parameter.value;
    if (parameter.key == "topic") question.selection.topic = parameter.value;
    if (parameter.key == "follow") question.follow = parameter.value == "true";
    if (parameter.key != "after") continue;
    std::uint64_t after = 0;
    const auto* end = parameter.value.data() + parameter.value.size();
    if (std::from_chars(parameter.value.data(), end, after).ptr != end) return std::nullopt;
    question.after = after;
  }
  return question;
}

std::string lines(const std::vector<TailedEvent>& events) {
  std::string text;
  for (const auto& event : events)
    text += to_json_line(event) + "\n";
  return text;
}

asio::awaitable<void> stream(Question question, net::ResponseWriter& writer, const EventRing& ring) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto seen = question.after.value_or(question.follow ? ring.last() : 0);
  for (;;) {
    const auto newest = ring.last();
    const auto events = ring.after(seen, question.selection, kChunk);
    if (!events.empty()) {
      seen = events.back().sequence;
      auto text = lines(events);
      const auto written = co_await writer.write(std::move(text));
      if (!written) co_return;
      continue;
    }
    if (!question.follow) co_return;
    seen = std::max(seen, newest);  // nothing that was looked at is wanted
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace

asio::awaitable<void> serve_event_data(net::HttpRequest request, net::ResponseWriter& writer,
                                       const EventRing& ring) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto question = parse_question(request.target);
  if (!question) {
    net::HttpResponse refusal{400, {{"Content-Type", "text/plain"}}, "after= takes a number\n"};
    co_await writer.send(std::move(refusal));
    co_return;
  }
  net::Headers headers{{"Content-Type", "application/x-ndjson"}};
  const auto started = co_await writer.start(200, std::move(headers));
  if (!started) co_return;
  co_await (stream(std::move(*question), writer, ring) || writer.closed());
  co_await writer.finish();
}

}  // namespace hearth::eventdata
