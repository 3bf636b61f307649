// SPDX-License-Identifier: Apache-2.0
// Which paths are there, and which methods they take.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

class RouterOfServer : public ServerTest {
 protected:
  int status_of(const std::string& method, const std::string& path, const std::string& body = "{}") {
    net::HttpRequest asked;
    asked.method = method;
    asked.target = path;
    asked.headers.add("Content-Type",
                      method == "PATCH" ? "application/merge-patch+json" : "application/json");
    if (method != "GET") asked.body = body;
    return request(asked, "system:masters").status;
  }
};

TEST_F(RouterOfServer, WhatIsNotThereIs404WithEveryMethod) {
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_EQ(status_of(method, "/api/v1/namespaces/default/resourcequotas"), 404) << method;
    EXPECT_EQ(status_of(method, "/apis/nobody.example.org/v1/things/x"), 404) << method;
    EXPECT_EQ(status_of(method, "/nowhere"), 404) << method;
  }
}

TEST_F(RouterOfServer, APageIsReadOnly) {
  for (const auto* path : {"/version", "/api", "/apis/coordination.k8s.io", "/metrics", "/openapi/v2"}) {
    EXPECT_EQ(status_of("GET", path), 200) << path;
    EXPECT_EQ(status_of("POST", path), 405) << path;
  }
}

TEST_F(RouterOfServer, ACollectionIsNotReplacedNorPatched) {
  EXPECT_EQ(status_of("PUT", "/api/v1/namespaces"), 405);
  EXPECT_EQ(status_of("PATCH", "/api/v1/namespaces"), 405);
  EXPECT_EQ(status_of("POST", "/api/v1/namespaces/default"), 405);
}

}  // namespace
}  // namespace hearth::api
