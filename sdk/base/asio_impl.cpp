// SPDX-License-Identifier: Apache-2.0
// Boost.Asio's own function bodies, compiled once here for the whole project.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
