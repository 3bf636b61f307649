// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/trace_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <charconv>

namespace hearth::net {
namespace {

/// The ring tells nobody of new events, and a person watches: this often is often enough, and only while one does.
constexpr std::chrono::milliseconds kLook{20};

struct Question {
  std::string device;
  std::optional<std::uint64_t> after;
  bool follow = false;
};

std::optional<Question> parse_question(const std::string& target) {
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return std::nullopt;
  Question question;
  for (const auto& parameter : url->params()) {
    if (parameter.key == "device") question.device = parameter.value;
    if (parameter.key == "follow") question.follow = parameter.value == "true";
    if (parameter.key != "after") continue;
    std::uint64_t after = 0;
    const auto end = parameter.value.data() + parameter.value.size();
    if (std::from_chars(parameter.value.data(), end, after).ptr != end) return std::nullopt;
    question.after = after;
  }
  return question;
}

std::string lines(const std::vector<TraceEvent>& events) {
  std::string text;
  for (const auto& event : events) {
    text += to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  return text;
}

boost::asio::awaitable<void> follow(Question question, ResponseWriter& writer, const Trace& trace) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  auto seen = question.after.value_or(trace.last());
  for (;;) {
    const auto events = trace.after(seen, question.device);
    if (!events.empty()) {
      seen = events.back().sequence;
      auto text = lines(events);
      const auto written = co_await writer.write(std::move(text));
      if (!written) co_return;
    }
    timer.expires_after(kLook);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

}  // namespace

boost::asio::awaitable<void> serve_trace(HttpRequest request, ResponseWriter& writer, const Trace& trace) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto question = parse_question(request.target);
  if (!question) {
    HttpResponse refusal{400, {{"Content-Type", "text/plain"}}, "after= takes a number\n"};
    co_await writer.send(std::move(refusal));
    co_return;
  }
  if (!question->follow) {
    HttpResponse answer{200,
                        {{"Content-Type", "application/x-ndjson"}},
                        lines(trace.after(question->after.value_or(0), question->device))};
    co_await writer.send(std::move(answer));
    co_return;
  }
  Headers headers{{"Content-Type", "application/x-ndjson"}};
  const auto started = co_await writer.start(200, std::move(headers));
  if (!started) co_return;
  co_await (follow(*question, writer, trace) || writer.closed());
  co_await writer.finish();
}

}  // namespace hearth::net
