// SPDX-License-Identifier: Apache-2.0
// The same calls over HTTPS and within the process: a client must not be able to tell.
#include "cloud/local_transport.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "cloud/kube/informer.hpp"
#include "cloud/kube/json_access.hpp"
#include "cloud/kube/kube_client.hpp"
#include "cloud/pki.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/crd_documents.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

enum class Way { https, local };

class EitherWay : public testing::TestWithParam<Way> {
 protected:
  EitherWay() {
    std::filesystem::create_directories(folder_);
    const auto pki = open_pki(folder_, own_names()).value();
    api::ApiServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data_dir = folder_;
    for (const auto text : device::crd_documents())
      options.crd_documents.emplace_back(text);
    const auto tls =
        net::make_server_tls(pki.server, pki.ca.certificate_pem, net::ClientCertificate::requested);
    server_ = std::make_unique<api::ApiServer>(io_.get_executor(), std::move(options), tls.value(), metrics_,
                                               trace_);
    EXPECT_TRUE(server_->start());
    access_.server = net::Url{"https", "127.0.0.1", std::to_string(server_->port()), "/"};
    access_.ca_pem = pki.ca.certificate_pem;
    access_.identity = pki.admin;
    if (GetParam() == Way::local) access_.local = local_transport(*server_, "system:masters");
    client_.emplace(io_.get_executor(), access_, "hearthtest/1.0");
  }
  ~EitherWay() override {
    client_.reset();
    server_->stop();
    run_until([] { return false; }, std::chrono::milliseconds(20));
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  bool run_until(const std::function<bool()>& done,
                 std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(10));
    }
    return done();
  }

  template <class T>
  T await(asio::awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(io_, std::move(work), [&result](const std::exception_ptr& escaped, T value) {
      if (escaped) std::rethrow_exception(escaped);
      result.emplace(std::move(value));
    });
    if (!run_until([&result] { return result.has_value(); })) throw std::runtime_error("no result in time");
    return std::move(*result);
  }

  static std::string models(const std::string& name = {}) {
    return kube::resource_path("devices.kubeedge.io", "v1beta1", "devicemodels", "default", name);
  }
  static json model(const std::string& name) {
    return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
            {"kind", "DeviceModel"},
            {"metadata", {{"name", name}}},
            {"spec", {{"protocol", "virtual"}}}};
  }
  static json description(const std::string& text) {
    return {{"metadata", {{"annotations", {{"text", text}}}}}};
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("hearth-transport-" + new_uuid());
  asio::io_context io_{1};
  Metrics metrics_;
  Trace trace_;
  std::unique_ptr<api::ApiServer> server_;
  kube::Access access_;
  std::optional<kube::KubeClient> client_;
};

TEST_P(EitherWay, CreatesGetsPatchesReplacesAndRemoves) {
  const auto made = await(client_->create(models(), model("lamp")));
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(kube::name_of(*made), "lamp");
  const auto patched =
      await(client_->patch_object(models("lamp"), kube::PatchType::merge, description("new")));
  ASSERT_TRUE(patched) << patched.error();
  auto got = await(client_->get(models("lamp")));
  ASSERT_TRUE(got) << got.error();
  EXPECT_EQ(*got, (*patched)->tree());
  (*got)["metadata"]["annotations"]["text"] = "newest";
  EXPECT_TRUE(await(client_->replace(models("lamp"), *got)));
  EXPECT_EQ(await(client_->get_object(models("lamp"))).value()->tree()["metadata"]["annotations"]["text"],
            "newest");
  EXPECT_TRUE(await(client_->remove(models("lamp"))));
  EXPECT_EQ(await(client_->get(models("lamp"))).error().cls, ErrorClass::not_found);
}

TEST_P(EitherWay, RefusalsAreTheSameErrors) {
  const auto missing = await(client_->get(models("nothing"))).error();
  EXPECT_EQ(missing.code, "NotFound");
  EXPECT_EQ(missing.text, "devicemodels.devices.kubeedge.io \"nothing\" not found");
  ASSERT_TRUE(await(client_->create(models(), model("lamp"))));
  EXPECT_EQ(await(client_->create(models(), model("lamp"))).error().code, "AlreadyExists");
  auto stale = description("x");
  stale["metadata"]["resourceVersion"] = "1";
  const auto conflict = await(client_->patch(models("lamp"), kube::PatchType::merge, stale)).error();
  EXPECT_EQ(conflict.cls, ErrorClass::conflict);
  EXPECT_EQ(conflict.code, "Conflict");
  auto wrong = model("wrong");
  wrong["spec"]["properties"] = 7;
  EXPECT_EQ(await(client_->create(models(), wrong)).error().code, "Invalid");
  EXPECT_EQ(await(client_->get("/apis/none/v1/things")).error().cls, ErrorClass::not_found);
  EXPECT_FALSE(await(client_->get("/healthz"))) << "it is no JSON";
}

TEST_P(EitherWay, ListsAndReadsPages) {
  for (const auto* name : {"a", "b"})
    ASSERT_TRUE(await(client_->create(models(), model(name))));
  const auto list = await(client_->list(models()));
  ASSERT_TRUE(list) << list.error();
  ASSERT_EQ(list->items.size(), 2U);
  EXPECT_EQ(kube::name_of(list->items[1]), "b");
  EXPECT_EQ(list->items[1].at("kind"), "DeviceModel");
  EXPECT_FALSE(list->resource_version.empty());
  EXPECT_EQ(await(client_->list("/apis/none/v1/things")).error().cls, ErrorClass::not_found);
  const auto resources = await(client_->get("/apis/devices.kubeedge.io/v1beta1"));
  ASSERT_TRUE(resources) << resources.error();
  EXPECT_EQ(resources->at("kind"), "APIResourceList");
  net::HttpRequest page;
  page.target = "/metrics";
  EXPECT_THAT(await(client_->raw(std::move(page))).value().body, HasSubstr("hearth_api_requests_total"));
}

TEST_P(EitherWay, WatchesFromAVersionOn) {
  const auto first = await(client_->create(models(), model("lamp")));
  const auto version = kube::version_of(*first);
  ASSERT_TRUE(await(client_->patch(models("lamp"), kube::PatchType::merge, description("x"))));
  ASSERT_TRUE(await(client_->remove(models("lamp"))));
  std::vector<std::string> seen;
  const auto ended = await(client_->watch(models(), version, [&](const kube::WatchEvent& event) {
    seen.push_back(event.type + " " + std::string(event.object->name()));
    return seen.size() < 2;
  }));
  EXPECT_TRUE(ended);
  EXPECT_THAT(seen, ElementsAre("MODIFIED lamp", "DELETED lamp"));
  const auto future = await(client_->watch(models(), "999999", [](const kube::WatchEvent&) { return true; }));
  EXPECT_FALSE(future);
}

TEST_P(EitherWay, StreamsLines) {
  ASSERT_TRUE(await(client_->create(models(), model("lamp"))));
  net::HttpRequest request;
  request.target = models() + "?watch=true";
  std::string first;
  const auto take = [&first](std::string_view line) {
    first = line;
    return false;
  };
  EXPECT_TRUE(await(client_->lines(std::move(request), take, std::chrono::seconds(20))));
  EXPECT_THAT(first, HasSubstr(R"({"type":"ADDED","object":{)"));
  net::HttpRequest missing;
  missing.target = models("nothing");
  EXPECT_EQ(await(client_->lines(std::move(missing), take, std::chrono::seconds(20))).error().code,
            "NotFound");
}

TEST_P(EitherWay, CloseEndsAWatch) {
  bool ended = false;
  asio::co_spawn(io_, client_->watch(models(), "", [](const kube::WatchEvent&) { return true; }),
                 [&ended](const std::exception_ptr&, const Result<void>&) { ended = true; });
  run_until([] { return false; }, std::chrono::milliseconds(20));
  EXPECT_FALSE(ended);
  client_->close();
  EXPECT_TRUE(run_until([&ended] { return ended; }));
}

TEST_P(EitherWay, AnInformerKeepsUp) {
  ASSERT_TRUE(await(client_->create(models(), model("lamp"))));
  std::vector<std::string> told;
  kube::InformerOptions options;
  options.path = models();
  kube::InformerCallbacks callbacks;
  callbacks.on_upsert = [&told](const kube::ObjectPtr& object) {
    told.push_back("+" + std::string(object->name()));
  };
  callbacks.on_delete = [&told](const kube::ObjectPtr& object) {
    told.push_back("-" + std::string(object->name()));
  };
  callbacks.on_synced = [&told] { told.emplace_back("synced"); };
  kube::Informer informer(io_.get_executor(), access_, "t", options, callbacks);
  informer.start();
  ASSERT_TRUE(run_until([&told] { return told.size() == 2; }));
  ASSERT_TRUE(await(client_->create(models(), model("pump"))));
  ASSERT_TRUE(await(client_->remove(models("lamp"))));
  EXPECT_TRUE(run_until([&told] { return told.size() == 4; }));
  EXPECT_THAT(told, ElementsAre("+lamp", "synced", "+pump", "-lamp"));
  informer.stop();
}

INSTANTIATE_TEST_SUITE_P(Transport, EitherWay, testing::Values(Way::https, Way::local),
                         [](const auto& way) { return way.param == Way::https ? "Https" : "Local"; });

class LocalSubject : public EitherWay {};

TEST_P(LocalSubject, IsLetInByItsOrganizationAlone) {
  kube::Access stranger;
  stranger.local = local_transport(*server_, "gardeners");
  kube::KubeClient client(io_.get_executor(), stranger, "t");
  const auto answer = await(client.get(models()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().cls, ErrorClass::denied);
  EXPECT_EQ(await(client.list(models())).error().cls, ErrorClass::denied);
  EXPECT_EQ(await(client.watch(models(), "", [](const kube::WatchEvent&) { return true; })).error().cls,
            ErrorClass::denied);
}

TEST_P(LocalSubject, SharesTheServersOwnObjects) {
  ASSERT_TRUE(await(client_->create(models(), model("lamp"))));
  const auto got = await(client_->get_object(models("lamp"))).value();
  EXPECT_EQ(got, await(client_->list_objects(models())).value().items.at(0));
}

INSTANTIATE_TEST_SUITE_P(Transport, LocalSubject, testing::Values(Way::local));

}  // namespace
}  // namespace hearth::cloud
