// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/informer.hpp"

#include <gmock/gmock.h>

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/scripted_api_test.hpp"

namespace hearth::kube {
namespace {

using testing::ElementsAre;

const std::string kLamp =
    R"({"metadata":{"name":"lamp","namespace":"default","uid":"u","resourceVersion":"5"}})";
const std::string kPump =
    R"({"metadata":{"name":"pump","namespace":"default","uid":"v","resourceVersion":"8"}})";

std::string list(const std::string& items, const std::string& version) {
  return R"({"kind":"DeviceList","apiVersion":"g/v1","metadata":{"resourceVersion":")" + version +
         R"("},"items":[)" + items + "]}";
}

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

class InformerOverHttp : public testing::Test {
 protected:
  void start() {
    InformerOptions options;
    options.path = "/devices";
    options.backoff_min = options.backoff_max = std::chrono::milliseconds(1);
    InformerCallbacks callbacks;
    callbacks.on_upsert = [this](ObjectPtr object) { told_.push_back("+" + std::string(object->name())); };
    callbacks.on_delete = [this](ObjectPtr object) { told_.push_back("-" + std::string(object->name())); };
    callbacks.on_synced = [this] { told_.push_back("synced"); };
    informer_.emplace(api_.executor(), api_.access(), "t", options, callbacks);
    informer_->start();
  }
  void expect_told(std::size_t count) {
    EXPECT_TRUE(api_.run_until([&] { return told_.size() >= count; }));
    informer_->stop();
  }

  ScriptedApi api_;
  std::vector<std::string> told_;
  std::optional<Informer> informer_;
};

TEST_F(InformerOverHttp, ListsAndWatches) {
  api_.then({.body = list(kLamp, "7")});
  api_.then({.chunks = {event("ADDED", kPump), event("DELETED", kLamp)}});
  start();
  expect_told(4);
  EXPECT_THAT(told_, ElementsAre("+lamp", "synced", "+pump", "-lamp"));
}

TEST_F(InformerOverHttp, RelistsAfterTooOldAVersion) {
  api_.then({.body = list(kLamp, "7")});
  api_.then(
      {.status = 410, .body = R"({"kind":"Status","code":410,"reason":"Expired","message":"too old"})"});
  api_.then({.body = list(kPump, "9")});
  start();
  expect_told(4);
  EXPECT_THAT(told_, ElementsAre("+lamp", "synced", "-lamp", "+pump"));
}

TEST_F(InformerOverHttp, OutlivesErrorsAndCuts) {
  api_.then({.status = 500, .body = "broken"});
  api_.then({.body = list(kLamp, "7")});
  api_.then({.chunks = {event("ADDED", kPump), "{\"type\":"}, .finished = false});
  api_.then({.status = 503, .body = ""});
  api_.then({.body = list(kPump, "9")});
  start();
  expect_told(4);
  EXPECT_THAT(told_, ElementsAre("+lamp", "synced", "+pump", "-lamp"));
}

TEST_F(InformerOverHttp, TellsNothingAfterStop) {
  api_.then({.body = list(kLamp + "," + kPump, "9")});
  start();
  EXPECT_TRUE(api_.run_until([&] { return !api_.requests().empty(); }));
  informer_->stop();
  api_.run_until([] { return false; }, std::chrono::milliseconds(50));
  EXPECT_TRUE(told_.empty() || told_.size() == 3U);
}

}  // namespace
}  // namespace hearth::kube
