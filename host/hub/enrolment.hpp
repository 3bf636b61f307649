// SPDX-License-Identifier: Apache-2.0
// How a node gets its certificate: KubeEdge's bootstrap over HTTPS (kubeedge wire, A.4). The CA is fetched
// unverified and checked against the token's hash; everything after that is verified with it.
// Thread: the executor's.   Errors: class `denied` or `invalid` where only a person can help (bad token, other
// CA), `unavailable` where trying again may.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "host/hub/credentials.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::edgehub {

/// What a server that is too busy asked for.
struct Patience {
  std::chrono::seconds retry_after{0};
};

struct EnrolmentOptions {
  net::Url cert_server;
  std::string token;  ///< may be empty while the certificates on disk are good
  std::string node_name;
  std::shared_ptr<Patience> patience = std::make_shared<Patience>();  ///< set by an answer that says so
};

/// A fresh key and its certificate, signed by the cloud for the token.
boost::asio::awaitable<Result<Credentials>> enrol(boost::asio::any_io_executor executor,
                                                  EnrolmentOptions options);

/// The same for the certificate the node has now, which the cloud also takes for a while after its end.
boost::asio::awaitable<Result<Credentials>> renew(boost::asio::any_io_executor executor,
                                                  EnrolmentOptions options, Credentials present);

/// The certificates in the folder if they can be used and belong to the token's CA; renewed if they have expired; else
/// those of a new enrolment. Fresh ones are saved there.
boost::asio::awaitable<Result<Credentials>> obtain_credentials(boost::asio::any_io_executor executor,
                                                               std::filesystem::path folder,
                                                               EnrolmentOptions options, WallTime now);

}  // namespace hearth::edgehub
