// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_encoder.hpp"

#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;

class WatchEncoderTest : public ::testing::Test {
 protected:
  WatchEncoderTest() {
    call_.type = &type_;
    call_.version = &type_.versions.front();
  }

  WatchEncoder encoder(const std::string& selector, const std::string& accept = "") {
    call_.target.query = {{"labelSelector", selector}};
    call_.request.headers = {};
    call_.request.headers.add("Accept", accept);
    options_ = list_options(call_).value();
    return WatchEncoder(type_, *call_.version, options_);
  }

  static ObjectPtr node(const std::string& room, int version) {
    json object = {{"kind", "Node"}, {"apiVersion", "v1"}};
    object["metadata"] = {
        {"name", "edge"}, {"resourceVersion", std::to_string(version)}, {"labels", {{"room", room}}}};
    return Object::of(object);
  }

  static Change change(ObjectPtr before, ObjectPtr after, bool deleted = false) {
    return {9, {"nodes", "", "edge"}, std::move(after), std::move(before), deleted};
  }

  static std::string line(WatchEncoder& watch, const Change& made) {
    std::string lines;
    watch.change(made, {}, lines);
    return lines;
  }

  ResourceType type_ = builtin_types().at(1);
  Call call_;
  ListOptions options_;
};

TEST_F(WatchEncoderTest, TellsEnteringAndLeavingASelectorFromAChange) {
  auto watch = encoder("room=hall");
  const auto type_of = [&](const Change& made) {
    const auto text = line(watch, made);
    return text.empty() ? std::string() : json::parse(text)["type"].get<std::string>();
  };
  EXPECT_EQ(type_of(change(nullptr, node("hall", 9))), "ADDED");
  EXPECT_EQ(type_of(change(node("hall", 1), node("hall", 9))), "MODIFIED");
  EXPECT_EQ(type_of(change(node("attic", 1), node("hall", 9))), "ADDED");
  EXPECT_EQ(type_of(change(node("hall", 1), node("attic", 9))), "DELETED");
  EXPECT_EQ(type_of(change(node("hall", 1), node("hall", 9), true)), "DELETED");
  EXPECT_EQ(type_of(change(node("attic", 1), node("attic", 9))), "");
}

TEST_F(WatchEncoderTest, WhatLeavesCarriesTheVersionOfThatChange) {
  auto watch = encoder("room=hall");
  const auto event = json::parse(line(watch, change(node("hall", 1), node("attic", 9))));
  EXPECT_EQ(event["object"]["metadata"]["resourceVersion"], "9");
  EXPECT_EQ(event["object"]["metadata"]["labels"]["room"], "hall");
}

TEST_F(WatchEncoderTest, OnlyTheFirstTableDefinesItsColumns) {
  auto watch = encoder("", "application/json;as=Table;v=v1;g=meta.k8s.io");
  std::string added;
  watch.added(node("hall", 1), {}, added);
  const auto first = json::parse(added)["object"];
  const auto second = json::parse(line(watch, change(node("hall", 1), node("hall", 9))))["object"];
  EXPECT_EQ(first["kind"], "Table");
  EXPECT_FALSE(first["columnDefinitions"].empty());
  EXPECT_TRUE(second["columnDefinitions"].empty());
  EXPECT_EQ(second["rows"].size(), 1U);
}

TEST_F(WatchEncoderTest, MarksTheEndOfTheInitialList) {
  auto watch = encoder("");
  const auto event = json::parse(watch.bookmark(7, true));
  EXPECT_EQ(event["type"], "BOOKMARK");
  EXPECT_EQ(event["object"]["metadata"]["resourceVersion"], "7");
  EXPECT_EQ(event["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
  EXPECT_EQ(json::parse(WatchEncoder::error(expired("old")))["object"]["code"], 410);
}

}  // namespace
}  // namespace hearth::api
