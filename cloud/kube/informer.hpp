// SPDX-License-Identifier: Apache-2.0
// Keeps up with one collection of the API for as long as it lives: lists, watches, lists again when the watch
// cannot go on, and tells what appeared, changed and vanished.
// Thread: the executor given, which must be a strand or run by one thread; callbacks run there.   Errors:
// never surface: an API that is away is retried with a jittered, growing pause and logged once an outage.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cloud/kube/kube_client.hpp"

namespace hearth::kube {

struct InformerOptions {
  std::string path;                               ///< of a collection, see resource_path(); may carry a query
  std::chrono::milliseconds backoff_min{500};     ///< the first pause after a failure
  std::chrono::milliseconds backoff_max{30'000};  ///< pauses double up to this
};

struct InformerCallbacks {
  /// New, or its resourceVersion differs from the last one told.
  std::function<void(ObjectPtr)> on_upsert;
  /// Gone, with its last known state; also when a relist no longer has it, and before the upsert of an object
  /// made again under the same name (another UID).
  std::function<void(ObjectPtr)> on_delete;
  /// Once, after the first whole list has been told.
  std::function<void()> on_synced;
};

class Informer {
 public:
  Informer(boost::asio::any_io_executor executor, Access access, std::string user_agent,
           InformerOptions options, InformerCallbacks callbacks);
  /// Stops; may be called from within a callback.
  ~Informer();
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  /// Once.
  void start();
  /// On the executor no callback runs after it returns; from another thread one may still be running.
  void stop();

 private:
  class Driver;
  std::shared_ptr<Driver> driver_;
};

}  // namespace hearth::kube
