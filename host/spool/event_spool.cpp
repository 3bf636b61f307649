// SPDX-License-Identifier: Apache-2.0
#include "host/spool/event_spool.hpp"

#include <spdlog/spdlog.h>

#include "host/spool/spool_table.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/wire/event_data.hpp"

namespace hearth::spool {
namespace {

using Time = std::chrono::steady_clock::time_point;

/// One reason for which events go lost: counted, and logged when it begins.
class Loss {
 public:
  Loss(Metrics& metrics, const char* reason, const char* sentence)
      : counter_(metrics.counter("hearth_spool_dropped_total",
                                 "Events that will not reach the cloud, by reason", {{"reason", reason}})),
        sentence_(sentence) {}

  void show(std::uint64_t total) {
    if (total == seen_) return;
    counter_.Increment(static_cast<double>(total - seen_));
    seen_ = total;
    if (std::exchange(logged_, true)) return;
    spdlog::warn("spool: {}; further ones are only counted", sentence_);
  }

 private:
  prometheus::Counter& counter_;
  const char* sentence_;
  std::uint64_t seen_ = 0;
  bool logged_ = false;
};

struct Shown {
  explicit Shown(Metrics& metrics)
      : bytes(metrics.gauge("hearth_spool_bytes", "Disk space of events that wait for the cloud")),
        events(metrics.gauge("hearth_spool_events", "Events that wait for the cloud or its confirmation")),
        sent(metrics.counter("hearth_spool_sent_total", "Events sent to the cloud, repetitions included")),
        resent(metrics.counter("hearth_spool_resent_total", "Events sent again")),
        refused(metrics.counter("hearth_spool_refused_total", "Events the cloud answered with an error")),
        full(metrics, "full", "it is full, the oldest events are dropped"),
        aged(metrics, "age", "events became too old for the cloud to be reached in time, and are dropped"),
        unstored(metrics, "unstored", "the disk does not take events in time, the oldest are dropped"),
        oversized(metrics, "oversized", "an event is too large and refused"),
        damaged(metrics, "damaged", "stored events cannot be read any more") {}

  void losses(const SpoolLosses& now) {
    full.show(now.full);
    aged.show(now.aged);
    unstored.show(now.unstored);
    oversized.show(now.oversized);
    damaged.show(now.damaged);
  }

  prometheus::Gauge& bytes;
  prometheus::Gauge& events;
  prometheus::Counter& sent;
  prometheus::Counter& resent;
  prometheus::Counter& refused;
  Loss full;
  Loss aged;
  Loss unstored;
  Loss oversized;
  Loss damaged;
};

/// An answer `{"code":N,…}` from 400 on: the event is not wanted, and will not be another time.
bool is_refusal(const wire::HubMessage& message) {
  if (!message.content.is_object()) return false;
  const auto code = message.content.find("code");
  return code != message.content.end() && code->is_number_integer() && code->get<std::int64_t>() >= 400;
}

}  // namespace

class EventSpool::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Scheduler& scheduler, EventSpoolOptions options, Outputs outputs, Metrics& metrics, Clock clock)
      : scheduler_(scheduler),
        options_(std::move(options)),
        outputs_(std::move(outputs)),
        clock_(std::move(clock)),
        queue_(options_.limits),
        shown_(metrics),
        retry_(scheduler.make_alarm()),
        answer_(scheduler.make_alarm()),
        expiry_(scheduler.make_alarm()) {}

  void start();
  void offer(std::string topic, std::string payload);
  void link_up(bool hearth_peer);
  void link_down();
  bool handle_response(const wire::HubMessage& message);
  void end() { ended_ = true; }

 private:
  bool open();
  void load();
  void pump();
  void store();
  void send();
  void read();
  void erase();
  void expect_answer();
  void expire();
  void show();
  void try_later();
  store::Storage::Done answered(std::function<void(Impl&, bool ok)> then);

  Scheduler& scheduler_;
  const EventSpoolOptions options_;
  const Outputs outputs_;
  const Clock clock_;
  SpoolQueue queue_;
  Shown shown_;
  std::unique_ptr<Alarm> retry_;
  std::unique_ptr<Alarm> answer_;
  std::unique_ptr<Alarm> expiry_;
  store::Writer* writer_ = nullptr;
  bool hearth_peer_ = false;
  bool resting_ = false;  ///< until retry_: something was not taken
  bool open_failed_ = false;
  bool ended_ = false;
  std::uint64_t resent_shown_ = 0;
};

void EventSpool::Impl::start() {
  if (open()) load();
}

bool EventSpool::Impl::open() {
  auto writer = outputs_.open();
  if (writer) {
    writer_ = *writer;
    return true;
  }
  if (!std::exchange(open_failed_, true)) spdlog::warn("spool: {}", writer.error().text);
  try_later();
  return false;
}

/// Not at start-up but beside it: a full spool takes a moment to be looked through.
void EventSpool::Impl::load() {
  auto found = std::make_shared<BlockList>(options_.limits);
  auto job = [found, limits = options_.limits](SQLite::Database& db) { *found = sql::load(db, limits); };
  writer_->write(std::move(job), answered([found](Impl& self, bool ok) {
                   if (!ok) {
                     self.writer_ = nullptr;  // asked anew with the next attempt
                     return self.try_later();
                   }
                   self.queue_.loaded(found->take());
                   self.expire();
                   self.pump();
                 }));
}

store::Storage::Done EventSpool::Impl::answered(std::function<void(Impl&, bool ok)> then) {
  return [weak = weak_from_this(), then = std::move(then)](const Result<void>& result) {
    const auto self = weak.lock();
    if (self && !self->ended_) then(*self, result.has_value());
  };
}

void EventSpool::Impl::offer(std::string topic, std::string payload) {
  queue_.offer({0, new_uuid(), to_unix_ms(clock_()), std::move(topic), std::move(payload)});
  if (writer_ == nullptr && !resting_) start();
  pump();
}

void EventSpool::Impl::link_up(bool hearth_peer) {
  hearth_peer_ = hearth_peer;
  queue_.link_up(hearth_peer);
  pump();
}

void EventSpool::Impl::link_down() {
  queue_.link_down();
  answer_->cancel();
  show();
}

bool EventSpool::Impl::handle_response(const wire::HubMessage& message) {
  if (!queue_.confirm(message.header.parent_msg_id)) return false;
  if (is_refusal(message)) shown_.refused.Increment();
  expect_answer();
  pump();
  return true;
}

void EventSpool::Impl::pump() {
  if (writer_ != nullptr && !resting_) {
    erase();  // before what is stored next, which takes its place on the disk
    store();
    send();
    read();
  }
  show();
}

void EventSpool::Impl::store() {
  auto events = queue_.take_unstored();
  if (events.empty()) return;
  writer_->write([events](SQLite::Database& db) { sql::insert(db, events); },
                 answered([](Impl& self, bool ok) {
                   self.queue_.stored(ok);
                   if (!ok) return self.try_later();
                   self.expire();
                   self.pump();
                 }));
}

void EventSpool::Impl::send() {
  while (const auto event = queue_.next_to_send()) {
    if (!outputs_.send(wire::event_data_message(event->id, event->topic, event->payload, event->time_ms,
                                                hearth_peer_))) {
      return try_later();
    }
    const bool first = !queue_.awaits_confirmation();
    queue_.sent();
    shown_.sent.Increment();
    if (first) expect_answer();
  }
}

void EventSpool::Impl::expect_answer() {
  if (!queue_.awaits_confirmation()) return answer_->cancel();
  answer_->set(scheduler_.now() + options_.answer_limit, [this] {
    queue_.resend();
    pump();
  });
}

void EventSpool::Impl::read() {
  const auto wanted = queue_.take_read();
  if (!wanted) return;
  auto found = std::make_shared<std::vector<EventPtr>>();
  writer_->write([found, wanted](SQLite::Database& db) { *found = sql::read(db, *wanted); },
                 answered([found](Impl& self, bool ok) {
                   self.queue_.read(std::move(*found), ok);
                   if (!ok) return self.try_later();
                   self.pump();
                 }));
}

/// Lazily: many confirmations make one deletion. Lost in a crash, it only means that some are sent again.
void EventSpool::Impl::erase() {
  const auto through = queue_.take_erasable();
  if (!through) return;
  writer_->write_lazily([through](SQLite::Database& db) { sql::erase_through(db, *through); },
                        answered([](Impl& self, bool ok) {
                          self.queue_.erased(ok);
                          if (!ok) return self.try_later();
                          self.pump();
                        }));
}

void EventSpool::Impl::expire() {
  const auto now = to_unix_ms(clock_());
  queue_.expire(now);
  const auto next = queue_.next_expiry();
  if (!next) return expiry_->cancel();
  expiry_->set(scheduler_.now() + std::chrono::milliseconds(*next - now + 1), [this] {
    expire();
    pump();
  });
}

void EventSpool::Impl::try_later() {
  if (std::exchange(resting_, true)) return;
  retry_->set(scheduler_.now() + options_.retry, [this] {
    resting_ = false;
    if (writer_ == nullptr) start();
    pump();
  });
}

void EventSpool::Impl::show() {
  shown_.bytes.Set(static_cast<double>(queue_.bytes()));
  shown_.events.Set(static_cast<double>(queue_.events()));
  shown_.resent.Increment(
      static_cast<double>(queue_.resent() - std::exchange(resent_shown_, queue_.resent())));
  shown_.losses(queue_.losses());
}

EventSpool::EventSpool(Scheduler& scheduler, EventSpoolOptions options, Outputs outputs, Metrics& metrics,
                       Clock clock)
    : impl_(std::make_shared<Impl>(scheduler, std::move(options), std::move(outputs), metrics,
                                   std::move(clock))) {}
EventSpool::~EventSpool() {
  impl_->end();
}

std::string EventSpool::schema() {
  return sql::schema();
}
void EventSpool::start() {
  impl_->start();
}
void EventSpool::offer(std::string topic, std::string payload) {
  impl_->offer(std::move(topic), std::move(payload));
}
void EventSpool::link_up(bool hearth_peer) {
  impl_->link_up(hearth_peer);
}
void EventSpool::link_down() {
  impl_->link_down();
}
bool EventSpool::handle_response(const wire::HubMessage& message) {
  return impl_->handle_response(message);
}

}  // namespace hearth::spool
