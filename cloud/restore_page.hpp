// SPDX-License-Identifier: Apache-2.0
// The running cloud's side of `hearth-cloud restore`: takes the file that the command has put into the data folder.
// Thread: the request's strand; the file is read on a thread of its own.
// Errors: answered as a Status; nothing was changed then.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "cloud/api/api_server.hpp"

namespace hearth::cloud {

/// `restored` is called when everything is in its place.
boost::asio::awaitable<void> serve_restore(api::ApiServer* server, std::filesystem::path data_dir,
                                           std::function<void()> restored, net::ResponseWriter* writer);

}  // namespace hearth::cloud
