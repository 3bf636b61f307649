// SPDX-License-Identifier: Apache-2.0
#include "host/spool/event_spool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <set>

#include "sdk/loop/asio_scheduler.hpp"
#include "sdk/wire/event_data.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::spool {
namespace {

using namespace std::chrono_literals;

class EventSpoolTest : public testing::Test {
 protected:
  void begin() {
    Outputs outputs;
    outputs.open = [this]() -> Result<store::Writer*> {
      ++opened_;
      store::StorageOptions options;
      options.file = folder_.path() / "spool.db";
      options.schema = EventSpool::schema();
      options.lazy_delay = 1ms;
      auto storage = store::Storage::open(std::move(options));
      if (!storage) return storage.error();
      storage_ = std::move(*storage);
      writer_ = std::make_unique<store::StorageWriter>(*storage_, io_.get_executor());
      return writer_.get();
    };
    outputs.send = [this](wire::HubMessage message) {
      if (link_full_) return false;
      sent_.push_back(std::move(message));
      return true;
    };
    spool_.emplace(scheduler_, options_, std::move(outputs), metrics_, [this] { return now_; });
  }
  /// As kill -9 leaves it: nothing of what was in memory is said to anybody any more.
  void end() {
    spool_.reset();
    storage_.reset();
    io_.restart();
    io_.poll();
  }

  bool until(const std::function<bool()>& condition) { return test::run_until(io_, condition); }

  void answer(const wire::HubMessage& message, const nlohmann::json& content = "OK") {
    spool_->handle_response(wire::make_response(message, content, 1));
  }

  std::vector<std::string> payloads() const {
    std::vector<std::string> found;
    for (const auto& message : sent_)
      found.push_back(wire::parse_event_data(message).value().payload);
    return found;
  }

  double metric(const std::string& name) const {
    const auto text = metrics_.text();
    const auto at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  test::TempFolder folder_;
  boost::asio::io_context io_;
  AsioScheduler scheduler_{io_.get_executor()};
  Metrics metrics_;
  EventSpoolOptions options_;
  WallTime now_ = std::chrono::system_clock::now();
  std::unique_ptr<store::Storage> storage_;
  std::unique_ptr<store::StorageWriter> writer_;
  std::optional<EventSpool> spool_;
  std::vector<wire::HubMessage> sent_;
  bool link_full_ = false;
  int opened_ = 0;
};

TEST_F(EventSpoolTest, OpensNoDatabaseBeforeTheFirstEvent) {
  begin();
  spool_->link_up(true);
  io_.poll();
  EXPECT_EQ(opened_, 0);
  spool_->offer("t", "1");
  EXPECT_EQ(opened_, 1);
}

TEST_F(EventSpoolTest, SendsWhatIsStoredAndDeletesWhatIsConfirmed) {
  begin();
  spool_->link_up(true);
  spool_->offer("$hw/events/upload/a", "21.5");
  ASSERT_TRUE(until([this] { return sent_.size() == 1; }));
  EXPECT_TRUE(wire::is_event_data(sent_[0]));
  EXPECT_EQ(sent_[0].route.resource, "$hw/events/upload/a");
  EXPECT_EQ(metric("hearth_spool_events"), 1);
  answer(sent_[0]);
  EXPECT_EQ(metric("hearth_spool_events"), 0);
  int rows = -1;
  ASSERT_TRUE(until([&] {
    storage_->run([&](SQLite::Database& db) { rows = db.execAndGet("SELECT count(*) FROM event").getInt(); })
        .value();
    return rows == 0;
  }));
}

TEST_F(EventSpoolTest, LeavesResponsesToOthersAlone) {
  begin();
  wire::HubMessage other;
  other.header.parent_msg_id = "not ours";
  EXPECT_FALSE(spool_->handle_response(other));
}

TEST_F(EventSpoolTest, KeepsEventsAcrossARestartInTheirOrderUnderTheirIds) {
  begin();
  spool_->link_up(true);
  for (int i = 0; i < 10; ++i)
    spool_->offer("t", std::to_string(i));
  ASSERT_TRUE(until([this] { return sent_.size() == 10; }));
  std::vector<std::string> ids;
  for (const auto& message : sent_)
    ids.push_back(message.header.msg_id);
  end();
  sent_.clear();
  begin();
  spool_->start();
  spool_->link_up(true);
  spool_->offer("t", "10");
  ASSERT_TRUE(until([this] { return sent_.size() == 11; }));
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(sent_[i].header.msg_id, ids[i]);
  EXPECT_EQ(payloads().back(), "10");
}

TEST_F(EventSpoolTest, DrainsTenThousandOnceHoweverOftenTheLinkBreaks) {
  begin();
  constexpr int kEvents = 10'000;
  for (int i = 0; i < kEvents; ++i)
    spool_->offer("t", std::to_string(i));
  std::set<std::string> taken;
  int next = 0;
  std::size_t seen = 0;
  spool_->link_up(true);
  ASSERT_TRUE(until([&] {
    for (; seen < sent_.size(); ++seen) {
      if (!taken.insert(sent_[seen].header.msg_id).second) {
        answer(wire::HubMessage(sent_[seen]));
        continue;
      }
      EXPECT_EQ(wire::parse_event_data(sent_[seen]).value().payload, std::to_string(next));
      ++next;
      if (next % 1000 == 0) {
        spool_->link_down();
        spool_->link_up(true);
      }
      answer(wire::HubMessage(sent_[seen]));
    }
    return next == kEvents && metric("hearth_spool_events") == 0;
  }));
}

TEST_F(EventSpoolTest, SendsAgainWhatIsNotAnswered) {
  options_.answer_limit = 20ms;
  begin();
  spool_->link_up(true);
  spool_->offer("t", "1");
  ASSERT_TRUE(until([this] { return sent_.size() >= 2; }));
  EXPECT_EQ(sent_[0].header.msg_id, sent_[1].header.msg_id);
  EXPECT_GE(metric("hearth_spool_resent_total"), 1);
}

TEST_F(EventSpoolTest, TriesAgainWhenTheLinkTakesNothing) {
  options_.retry = 5ms;
  begin();
  link_full_ = true;
  spool_->link_up(true);
  spool_->offer("t", "1");
  io_.run_for(20ms);
  link_full_ = false;
  EXPECT_TRUE(until([this] { return sent_.size() == 1; }));
}

TEST_F(EventSpoolTest, DropsWhatTheCloudRefusesAndCountsIt) {
  begin();
  spool_->link_up(true);
  spool_->offer("t", "1");
  ASSERT_TRUE(until([this] { return sent_.size() == 1; }));
  answer(sent_[0], {{"code", 400}, {"reason", "Malformed"}, {"message", "no"}});
  EXPECT_EQ(metric("hearth_spool_refused_total"), 1);
  EXPECT_EQ(metric("hearth_spool_events"), 0);
}

TEST_F(EventSpoolTest, StoresWhatCameWhileTheFileWasLocked) {
  options_.retry = 5ms;
  begin();
  spool_->start();
  ASSERT_TRUE(until([this] { return storage_->stats().commits > 0; }));
  SQLite::Database other((folder_.path() / "spool.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  spool_->link_up(true);
  spool_->offer("t", "1");
  ASSERT_TRUE(until([this] { return storage_->stats().failed_jobs > 0; }));
  EXPECT_TRUE(sent_.empty());
  other.exec("ROLLBACK");
  EXPECT_TRUE(until([this] { return sent_.size() == 1; }));
}

TEST_F(EventSpoolTest, StaysWithinItsBytesOnTheDisk) {
  options_.limits.max_bytes = 4 * 1024 * 1024;
  begin();
  ASSERT_TRUE(until([this] {
    for (int i = 0; i < 500; ++i)
      spool_->offer("$hw/events/upload/a", std::string(300, 'p'));
    return metric("hearth_spool_dropped_total{reason=\"full\"}") > 10'000;
  }));
  ASSERT_TRUE(until([this] { return metric("hearth_spool_bytes") > 3'000'000; }));
  end();
  EXPECT_LT(std::filesystem::file_size(folder_.path() / "spool.db"), 3 * options_.limits.max_bytes / 2);
}

}  // namespace
}  // namespace hearth::spool
