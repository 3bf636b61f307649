// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/cert_server.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "cloud/hub/cloud_hub.hpp"
#include "cloud/hub/node_identity.hpp"
#include "cloud/hub/test_cloud.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::cloudhub {
namespace {

using std::chrono::hours;

const net::Subject kEdge{"system:node:edge-1", {"system:nodes"}};

std::string bearer_of(const std::string& token) {
  return token.substr(token.find('.') + 1);
}

TEST(JoinToken, HasTheHashOfTheCaAndAJwtThatItsCaTakes) {
  const Pki pki;
  const auto now = std::chrono::system_clock::now();
  const auto token = make_join_token(pki.ca, now + hours(1)).value();
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 3);
  EXPECT_EQ(token.substr(0, 64),
            net::sha256_hex(net::certificate_pem_to_der(pki.ca.certificate_pem).value()));
  EXPECT_TRUE(check_join_token(pki.ca, bearer_of(token), now).has_value());
}

TEST(JoinToken, IsRefusedWhenExpiredForeignOrMalformed) {
  const Pki pki;
  const auto now = std::chrono::system_clock::now();
  const auto token = bearer_of(make_join_token(pki.ca, now).value());
  EXPECT_EQ(check_join_token(pki.ca, token, now).error().code, "ExpiredToken");
  EXPECT_EQ(check_join_token(Pki().ca, token, now - hours(1)).error().code, "ForeignToken");
  // "alg":"none" and no signature.
  const auto unsigned_token = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJleHAiOjk5OTk5OTk5OTl9.";
  EXPECT_FALSE(check_join_token(pki.ca, unsigned_token, now).has_value());
  for (const std::string garbage : {"", ".", "..", "a.b.c", "rubbish"})
    EXPECT_EQ(check_join_token(pki.ca, garbage, now).error().code, "BadToken") << garbage;
  EXPECT_FALSE(check_join_token(pki.ca, std::string(10'000, 'x'), now).has_value());
}

TEST(NodeIdentity, GivesOutNoGroupsButTheNodesOwn) {
  EXPECT_TRUE(may_be_issued(kEdge, "edge-1"));
  EXPECT_TRUE(may_be_issued({"kubeedge.io", {"kubeEdge"}}, "edge-1"));
  EXPECT_FALSE(may_be_issued(kEdge, "edge-2"));
  EXPECT_FALSE(may_be_issued({"system:node:edge-1", {"system:masters"}}, "edge-1"));
  EXPECT_FALSE(may_be_issued({"system:node:edge-1", {"system:nodes", "system:masters"}}, "edge-1"));
  EXPECT_FALSE(may_be_issued({"admin", {"system:nodes"}}, "edge-1"));
  EXPECT_FALSE(may_be_issued({"system:node:", {"system:nodes"}}, ""));
}

TEST(NodeIdentity, IsRenewedOnlyAsTheNodeItIs) {
  const net::Subject nameless{"kubeedge.io", {"kubeEdge"}};
  EXPECT_TRUE(may_be_renewed(kEdge, kEdge, "edge-1"));
  EXPECT_FALSE(may_be_renewed(kEdge, nameless, "edge-1"));
  EXPECT_FALSE(may_be_renewed(kEdge, kEdge, "edge-2"));
  EXPECT_TRUE(may_be_renewed(nameless, nameless, "edge-1"));
  EXPECT_TRUE(may_be_renewed(nameless, kEdge, "edge-1"));
  EXPECT_FALSE(may_be_renewed({"hearth-admin", {"system:masters"}}, kEdge, "edge-1"));
}

class CertServerTest : public testing::Test {
 protected:
  void SetUp() override {
    CertServerOptions options;
    options.listen = "127.0.0.1:0";
    options.node_exists = [](const std::string& node) { return node == "edge-1"; };
    const Clock clock = [this] { return std::chrono::system_clock::now() + ahead_.load(); };
    server_ = std::make_unique<CertServer>(running_.executor(), options, pki_.ca,
                                           pki_.server(net::ClientCertificate::requested_even_expired),
                                           metrics_, clock);
    server_->start().value();
  }
  net::Identity expired() const {
    net::SignOptions how;
    how.usages = {net::Usage::client};
    how.lifetime = std::chrono::seconds(-10);
    return net::make_identity(pki_.ca, kEdge, how).value();
  }
  void TearDown() override { server_->stop(); }

  net::HttpResponse ask(net::HttpRequest request, std::optional<net::Identity> identity = std::nullopt) {
    const auto tls = net::make_client_tls({pki_.ca.certificate_pem, std::move(identity)}).value();
    const net::Url url{"https", "127.0.0.1", std::to_string(server_->port()), "/"};
    net::HttpClient client(running_.executor(), url, tls);
    return running_.wait(client.request(std::move(request))).value();
  }

  net::HttpRequest signing(const std::string& body, const std::string& authorization,
                           const std::string& node = "edge-1") const {
    net::HttpRequest request;
    request.target = "/edge.crt";
    request.headers.add("NodeName", node);
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    request.body = body;
    return request;
  }

  std::string token() const {
    return make_join_token(pki_.ca, std::chrono::system_clock::now() + hours(1)).value();
  }
  std::string csr(const net::Subject& subject = kEdge) const {
    return net::make_csr_der(key_, subject).value();
  }

  Pki pki_;
  std::atomic<std::chrono::hours> ahead_{hours(0)};
  Metrics metrics_;
  Running running_;
  std::string key_ = net::make_key_pem().value();
  std::unique_ptr<CertServer> server_;
};

TEST_F(CertServerTest, LetsANodeJoinByTokenAndOpenItsLink) {
  net::HttpRequest fetch;
  fetch.target = "/ca.crt";
  const auto ca = ask(fetch);
  EXPECT_EQ(net::sha256_hex(ca.body), token().substr(0, 64));

  const auto answer = ask(signing(csr(), "Bearer " + bearer_of(token())));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.get("Content-Type"), "application/octet-stream");
  const net::Identity identity{net::certificate_der_to_pem(answer.body).value(), key_};
  EXPECT_EQ(net::certificate_info(identity.certificate_pem).value().subject, kEdge);

  CloudHubOptions options;
  options.listen = "127.0.0.1:0";
  CloudHub hub(running_.executor(), options, pki_.server(net::ClientCertificate::required), {}, metrics_);
  hub.start().value();
  TestNode edge(running_, pki_, identity);
  EXPECT_EQ(edge.open(hub.port(), stock_headers("edge-1")).result_int(), 101u);

  const auto rotated = ask(signing(csr(), ""), identity);
  EXPECT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(ask(signing(csr({"system:node:edge-2", {"system:nodes"}}), "", "edge-2"), identity).status, 403);
  const auto nameless = ask(signing(csr({"kubeedge.io", {"kubeEdge"}}), ""), identity);
  EXPECT_EQ(nameless.status, 403) << "a node of its own name must not turn into any node";
}

TEST_F(CertServerTest, SignsTheSubjectOfKubeEdge115) {
  const auto answer = ask(signing(csr({"kubeedge.io", {"kubeEdge"}}), "Bearer " + bearer_of(token())));
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(CertServerTest, RefusesWithoutAGoodToken) {
  EXPECT_EQ(ask(signing(csr(), "")).status, 401);
  EXPECT_EQ(ask(signing(csr(), bearer_of(token()))).status, 401);
  EXPECT_EQ(ask(signing(csr(), "Bearer rubbish")).status, 400);
  EXPECT_EQ(ask(signing(csr(), "Bearer " + token())).status, 400);
  const auto old = make_join_token(pki_.ca, std::chrono::system_clock::now() - hours(1)).value();
  EXPECT_EQ(ask(signing(csr(), "Bearer " + bearer_of(old))).status, 400);
}

TEST_F(CertServerTest, RefusesABodyThatIsNoRequestAndASubjectThatIsNotTheNodes) {
  const auto good = "Bearer " + bearer_of(token());
  EXPECT_EQ(ask(signing("rubbish", good)).status, 400);
  EXPECT_EQ(ask(signing("", good)).status, 400);
  EXPECT_EQ(ask(signing(csr(), good, "")).status, 400);
  EXPECT_EQ(ask(signing(csr(), good, "edge-2")).status, 403);
  EXPECT_EQ(ask(signing(csr({"system:node:edge-1", {"system:masters"}}), good)).status, 403);
}

TEST_F(CertServerTest, RenewsAnExpiredCertificateWithinItsGraceAndSaysWhenThatIsOver) {
  const auto identity = expired();
  const auto fresh = ask(signing(csr(), ""), identity);
  ASSERT_EQ(fresh.status, 200) << fresh.body;
  EXPECT_EQ(ask(signing(csr({"system:node:edge-2", {"system:nodes"}}), "", "edge-2"), identity).status, 403);
  ahead_ = hours(24 * 31);
  const auto late = ask(signing(csr(), ""), identity);
  EXPECT_EQ(late.status, 401);
  EXPECT_NE(late.body.find("the certificate of system:node:edge-1 expired at "), std::string::npos)
      << late.body;
}

TEST_F(CertServerTest, LetsNoExpiredCertificateIntoTheHub) {
  CloudHubOptions options;
  options.listen = "127.0.0.1:0";
  CloudHub hub(running_.executor(), options, pki_.server(net::ClientCertificate::required), {}, metrics_);
  hub.start().value();
  TestNode edge(running_, pki_, expired());
  unsigned status = 0;
  try {
    status = edge.open(hub.port(), stock_headers("edge-1")).result_int();
  } catch (const std::exception&) {
    status = 0;
  }
  EXPECT_NE(status, 101u);
}

TEST_F(CertServerTest, LetsNoExpiredCertificateOfAnotherCaRenew) {
  net::SignOptions how;
  how.usages = {net::Usage::client};
  how.lifetime = std::chrono::seconds(-10);
  const auto foreign = net::make_identity(Pki().ca, kEdge, how).value();
  const auto tls = net::make_client_tls({pki_.ca.certificate_pem, foreign}).value();
  const net::Url url{"https", "127.0.0.1", std::to_string(server_->port()), "/"};
  net::HttpClient client(running_.executor(), url, tls);
  EXPECT_FALSE(running_.wait(client.request(signing(csr(), ""))).has_value());
}

TEST_F(CertServerTest, TellsWhichNodesThereAre) {
  net::HttpRequest request;
  request.target = "/node/edge-1";
  EXPECT_EQ(ask(request).status, 200);
  for (const std::string other : {"/node/edge-2", "/node/", "/node/../edge-1"}) {
    request.target = other;
    EXPECT_EQ(ask(request).status, 404) << other;
  }
}

TEST_F(CertServerTest, HasNothingElse) {
  net::HttpRequest other;
  other.target = "/nodeupgrade";
  EXPECT_EQ(ask(other).status, 404);
  auto put = signing(csr(), "");
  put.method = "PUT";
  EXPECT_EQ(ask(put).status, 405);
}

}  // namespace
}  // namespace hearth::cloudhub
