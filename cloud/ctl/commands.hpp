// SPDX-License-Identifier: Apache-2.0
// The commands of hearthctl: each works until it is done and gives the exit status.
// Thread: the one thread of the program; cancelled by terminal cancellation.   Errors: printed, then
// kExitFailed; what can still be done is done.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "cloud/ctl/session.hpp"

namespace hearth::ctl {

boost::asio::awaitable<int> run_apply(SessionPtr session, ApplyOptions options);
boost::asio::awaitable<int> run_get(SessionPtr session, GetOptions options);
boost::asio::awaitable<int> run_delete(SessionPtr session, DeleteOptions options);
boost::asio::awaitable<int> run_set(SessionPtr session, SetOptions options);
boost::asio::awaitable<int> run_trace(SessionPtr session, TraceOptions options);
boost::asio::awaitable<int> run_data(SessionPtr session, DataOptions options);

}  // namespace hearth::ctl
