// SPDX-License-Identifier: Apache-2.0
// How a node gets its certificate: KubeEdge's bootstrap over HTTPS (kubeedge wire, A.4). The CA is fetched
// unverified and checked against the token's hash; everything after that is verified with it.
// Thread: the executor's.   Errors: class `denied` or `invalid` where only a person can help (bad token, other
// CA), `unavailable` where trying again may.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <string>

#include "host/hub/credentials.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::edgehub {

struct EnrolmentOptions {
  net::Url cert_server;
  std::string token;  ///< may be empty while the certificates on disk are good
  std::string node_name;
};

/// A fresh key and its certificate, signed by the cloud.
boost::asio::awaitable<Result<Credentials>> enrol(boost::asio::any_io_executor executor,
                                                  EnrolmentOptions options);

/// The certificates in the folder if they can be used and belong to the token's CA; else those of a new
/// enrolment, saved there.
boost::asio::awaitable<Result<Credentials>> obtain_credentials(boost::asio::any_io_executor executor,
                                                               std::filesystem::path folder,
                                                               EnrolmentOptions options, WallTime now);

}  // namespace hearth::edgehub
