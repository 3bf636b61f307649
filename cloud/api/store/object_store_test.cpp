// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/object_store.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <future>

#include "cloud/api/store/writing.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::api {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::filesystem::create_directories(folder_);
    reopen();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void reopen() {
    store_.reset();
    store_.emplace(io_.get_executor(), folder_ / "api.db");
    ASSERT_TRUE(store_->open());
  }

  /// Runs the event loop until the operation is done.
  template <class T>
  T await(asio::awaitable<T> operation) {
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(io_, std::move(operation), [&](std::exception_ptr error, T value) {
      failure = error;
      result.emplace(std::move(value));
    });
    // The commit comes from the storage thread: the loop must not run dry before it.
    const auto work = asio::make_work_guard(io_);
    io_.restart();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!result && std::chrono::steady_clock::now() < deadline)
      io_.run_one_for(std::chrono::seconds(1));
    if (failure) std::rethrow_exception(failure);
    return std::move(result).value();
  }

  static json lamp(const std::string& name, const std::string& value) {
    return {{"kind", "Lamp"},
            {"metadata", {{"name", name}, {"namespace", "home"}}},
            {"spec", {{"value", value}}}};
  }
  static std::string value_of(const ObjectPtr& object) { return text_at(object->tree(), {"spec", "value"}); }
  static Key key(const std::string& name) { return {"lamps", "home", name}; }

  static Work put(const std::string& name, const std::string& value) {
    return [name, value](Transaction& transaction) -> Answer<ObjectPtr> {
      return transaction.put(key(name), lamp(name, value));
    };
  }
  static Work erase(const std::string& name) {
    return [name](Transaction& transaction) -> Answer<ObjectPtr> {
      return transaction.erase(key(name), transaction.get(key(name))->tree());
    };
  }

  std::uint64_t write(Work work) {
    const auto stored = await(store_->write(std::move(work), false));
    return std::stoull(version_of(**stored));
  }

  asio::io_context io_;
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("hearth-store-" + new_uuid());
  std::optional<ObjectStore> store_;
};

TEST_F(StoreTest, VersionsGrowAndSurviveARestartEvenAfterADelete) {
  const auto first = write(put("a", "1"));
  const auto second = write(put("b", "1"));
  const auto third = write(erase("b"));
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  reopen();
  EXPECT_EQ(await(store_->version()), third);
  EXPECT_EQ(value_of(store_->get(key("a"))), "1");
  EXPECT_EQ(store_->get(key("b")), nullptr);
  EXPECT_EQ(write(put("c", "1")), third + 1);
}

TEST_F(StoreTest, ARefusedOrDryWriteLeavesNothingBehind) {
  Work refused = [](Transaction& transaction) -> Answer<ObjectPtr> {
    transaction.put(key("a"), lamp("a", "1"));
    return bad_request("no");
  };
  EXPECT_EQ(await(store_->write(refused, false)).error().code(), 400);
  EXPECT_EQ(store_->get(key("a")), nullptr);
  const auto dry = await(store_->write(put("a", "1"), true));
  ASSERT_TRUE(dry);
  EXPECT_TRUE(version_of(**dry).empty());
  EXPECT_EQ(store_->get(key("a")), nullptr);
  EXPECT_EQ(await(store_->version()), 0U);
}

TEST_F(StoreTest, AnObjectOfMoreThanOneAndAHalfMebibytesIsRefused) {
  const auto frame = await(store_->write(put("sized", "x"), false)).value()->text().size();
  const auto fitting = [&](std::size_t size) { return std::string(size - frame + 1, 'x'); };
  ASSERT_TRUE(await(store_->write(put("sized", fitting(kMaxObject - 100)), false)));
  const auto before = await(store_->version());
  for (const bool dry_run : {true, false}) {
    const auto refused = await(store_->write(put("sized", fitting(kMaxObject + 100)), dry_run));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), 413);
    EXPECT_EQ(refused.error().message(), "Request entity too large: limit is 1572864");
  }
  EXPECT_EQ(await(store_->version()), before);
}

TEST_F(StoreTest, AStatusIsChangedAloneAndADryOneLeavesTheVersion) {
  const auto object =
      json{{"kind", "Lamp"}, {"metadata", {{"name", "a"}}}, {"spec", 1}, {"status", {{"on", false}}}};
  write([&](Transaction& transaction) { return transaction.put(key("a"), object); });
  Work turn_on = [](Transaction& transaction) -> Answer<ObjectPtr> {
    return transaction.put_status(key("a"), R"({"on":true})");
  };
  const auto before = store_->get(key("a"));
  const auto dry = await(store_->write(turn_on, true));
  EXPECT_EQ((*dry)->version(), before->version());
  const auto version = write(turn_on);
  auto wanted = object;
  wanted["status"]["on"] = true;
  wanted["metadata"]["resourceVersion"] = std::to_string(version);
  EXPECT_EQ(store_->get(key("a"))->tree(), wanted);
  EXPECT_FALSE(before->tree()["status"]["on"].get<bool>()) << "who has read it keeps what was read";
}

TEST_F(StoreTest, AnExceptionInAWriteIsAnAnswerNotAnEnd) {
  Work broken = [](Transaction&) -> Answer<ObjectPtr> { throw std::runtime_error("broken"); };
  EXPECT_EQ(await(store_->write(broken, false)).error().code(), 500);
  EXPECT_GT(write(put("a", "1")), 0U);
}

asio::awaitable<int> add_one(ObjectStore* store, int count) {
  for (int i = 0; i < count; ++i) {
    Work work = [](Transaction& transaction) -> Answer<ObjectPtr> {
      const Key lamp_key{"lamps", "home", "counter"};
      const auto current = transaction.get(lamp_key);
      json next = current == nullptr
                      ? json{{"metadata", {{"name", "counter"}, {"namespace", "home"}}}, {"n", 0}}
                      : current->tree();
      next["n"] = next["n"].get<int>() + 1;
      return transaction.put(lamp_key, std::move(next));
    };
    const auto stored = co_await store->write(std::move(work), false);
    if (!stored) co_return i;
  }
  co_return count;
}

TEST_F(StoreTest, WritesThatOverlapLoseNothing) {
  int done = 0;
  for (int i = 0; i < 8; ++i) {
    asio::co_spawn(io_, add_one(&*store_, 25), [&](std::exception_ptr, int count) { done += count; });
  }
  const auto work = asio::make_work_guard(io_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (done < 200 && std::chrono::steady_clock::now() < deadline)
    io_.run_one_for(std::chrono::seconds(1));
  EXPECT_EQ(store_->get({"lamps", "home", "counter"})->tree()["n"], 200);
}

TEST_F(StoreTest, AListCanBeReadAsItWas) {
  write(put("a", "1"));
  const auto then = write(put("b", "1"));
  write(put("a", "2"));
  write(erase("b"));
  write(put("c", "1"));
  const auto past = await(store_->list("lamps", "home", then));
  ASSERT_TRUE(past);
  ASSERT_EQ(past->objects.size(), 2U);
  EXPECT_EQ(value_of(past->objects[0]), "1");
  EXPECT_EQ(name_of(*past->objects[1]), "b");
  EXPECT_EQ(await(store_->list("lamps", "", std::nullopt))->objects.size(), 2U);
  EXPECT_EQ(await(store_->list("lamps", "", 1000)).error().code(), 504);
}

TEST_F(StoreTest, AWatchSeesWhatHappenedSinceAndWhatComes) {
  const auto first = write(put("a", "1"));
  write(put("a", "2"));
  auto queue = std::make_shared<WatchQueue>(io_.get_executor());
  const auto start = await(store_->watch("lamps", "home", first, queue));
  ASSERT_TRUE(start);
  ASSERT_EQ(start->backlog.size(), 1U);
  EXPECT_EQ(value_of(start->backlog[0]->previous), "1");
  const auto last = write(erase("a"));
  io_.restart();
  io_.poll();
  const auto changes = queue->take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0]->deleted);
  EXPECT_EQ(version_of(*changes[0]->object), std::to_string(last));
}

TEST_F(StoreTest, AVersionFromBeforeARestartIsTooOldToWatch) {
  const auto first = write(put("a", "1"));
  write(put("a", "2"));
  reopen();
  auto queue = std::make_shared<WatchQueue>(io_.get_executor());
  EXPECT_EQ(await(store_->watch("lamps", "home", first, queue)).error().code(), 410);
}

TEST_F(StoreTest, WhoIsAheadWaitsForTheVersionALittle) {
  const auto first = write(put("a", "1"));
  EXPECT_EQ(await(store_->reach(first)), first);
  std::uint64_t reached = 0;
  asio::co_spawn(io_, store_->reach(first + 2),
                 [&](std::exception_ptr, std::uint64_t now) { reached = now; });
  const auto second = write(put("a", "2"));
  EXPECT_EQ(reached, 0U);
  write(put("a", "3"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (reached == 0 && std::chrono::steady_clock::now() < deadline)
    io_.run_one_for(std::chrono::milliseconds(100));
  EXPECT_EQ(reached, second + 1);
  EXPECT_EQ(await(store_->reach(second + 100)), second + 1) << "the time was over";
}

TEST_F(StoreTest, AWatchNobodyReadsIsMarkedInsteadOfGrowing) {
  auto queue = std::make_shared<WatchQueue>(io_.get_executor());
  for (std::size_t i = 0; i <= WatchQueue::kMaxWaiting; ++i)
    queue->offer({std::make_shared<const Change>()});
  io_.restart();
  io_.poll();
  EXPECT_TRUE(queue->overflown());
  EXPECT_EQ(queue->take().size(), WatchQueue::kMaxWaiting);
}

TEST_F(StoreTest, WhatAWatchLeavesUnreadIsBoundedInBytes) {
  auto big = std::make_shared<Change>();
  big->object = Object::of(lamp("a", std::string(WatchQueue::kMaxWaitingBytes / 10, 'x')));
  auto queue = std::make_shared<WatchQueue>(io_.get_executor());
  for (int i = 0; i < 50; ++i) {
    for (int j = 0; j < 9; ++j)
      queue->offer({big});
    io_.restart();
    io_.poll();
    EXPECT_EQ(queue->take().size(), 9U) << "what was taken does not count any more";
  }
  EXPECT_FALSE(queue->overflown());
  queue->offer(std::vector<ChangePtr>(11, big));
  io_.restart();
  io_.poll();
  EXPECT_TRUE(queue->overflown());
}

}  // namespace
}  // namespace hearth::api
