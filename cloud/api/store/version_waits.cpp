// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/version_waits.hpp"

#include <boost/system/error_code.hpp>
#include <utility>

namespace hearth::api {

void VersionWaits::wait_for(std::uint64_t version, std::uint64_t newest, Done done) {
  newest_ = newest;
  if (version <= newest_) return done(newest_);
  const auto number = ++last_number_;
  const auto wait =
      waits_.try_emplace(number, Wait{version, std::move(done), boost::asio::steady_timer(strand_, kLongest)})
          .first;
  // By number, not by place: its time may be over just when it is reached.
  wait->second.over.async_wait([weak = weak_from_this(), number](boost::system::error_code) {
    if (const auto self = weak.lock()) self->end(number);
  });
}

void VersionWaits::reached(std::uint64_t version) {
  newest_ = version;
  for (auto at = waits_.begin(); at != waits_.end();) {
    const auto now = at++;
    if (now->second.version <= newest_) end(now->first);
  }
}

void VersionWaits::end(std::uint64_t number) {
  const auto found = waits_.find(number);
  if (found == waits_.end()) return;
  const auto done = std::move(found->second.done);
  waits_.erase(found);
  done(newest_);
}

}  // namespace hearth::api
