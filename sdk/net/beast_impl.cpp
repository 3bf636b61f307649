// SPDX-License-Identifier: Apache-2.0
// Boost.Beast's own function bodies, compiled once here for the whole project.
#include <boost/beast/src.hpp>
