// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/mqtt_client.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <mutex>

#include "sdk/base/ids.hpp"

namespace hearth::e2e {
namespace {

constexpr std::chrono::seconds kConfirmation{5};

mqtt::connect_options connect_options() {
  return mqtt::connect_options_builder()
      .clean_session(true)
      .automatic_reconnect(std::chrono::seconds(1), std::chrono::seconds(2))
      .keep_alive_interval(std::chrono::seconds(10))
      .finalize();
}

}  // namespace

class MqttClient::Impl {
 public:
  Impl(int port, std::vector<std::string> filters)
      : filters_(std::move(filters)),
        client_("tcp://127.0.0.1:" + std::to_string(port), "test-" + new_uuid()) {
    client_.set_message_callback([this](mqtt::const_message_ptr message) { add(*message); });
    client_.connect(connect_options())->wait();
    for (const auto& filter : filters_)
      client_.subscribe(filter, 1)->wait();
    // The session is clean: after the broker was away it knows nothing of us.
    client_.set_connected_handler([this](const std::string&) { subscribe(); });
  }

  ~Impl() {
    try {
      client_.disconnect()->wait_for(std::chrono::seconds(1));
    } catch (const mqtt::exception&) {
      // The broker is gone already.
    }
  }

  void subscribe() {
    for (const auto& filter : filters_) {
      try {
        client_.subscribe(filter, 1);
      } catch (const mqtt::exception&) {
        return;  // gone again; the next connection subscribes
      }
    }
  }

  bool publish(const std::string& topic, const std::string& payload) {
    try {
      return client_.publish(topic, payload.data(), payload.size(), 1, false)->wait_for(kConfirmation);
    } catch (const mqtt::exception&) {
      return false;
    }
  }

  void add(const mqtt::message& message) {
    const MqttMessage heard{message.get_topic(), message.to_string(), std::chrono::steady_clock::now()};
    std::function<void(const MqttMessage&)> handler;
    {
      const std::lock_guard lock(mutex_);
      heard_.push_back(heard);
      handler = handler_;
    }
    if (handler) handler(heard);
  }

  mutable std::mutex mutex_;
  std::vector<MqttMessage> heard_;
  std::function<void(const MqttMessage&)> handler_;

 private:
  std::vector<std::string> filters_;
  mqtt::async_client client_;
};

MqttClient::MqttClient(int port, std::vector<std::string> filters)
    : impl_(std::make_unique<Impl>(port, std::move(filters))) {}
MqttClient::~MqttClient() = default;

bool MqttClient::publish(const std::string& topic, const std::string& payload) {
  return impl_->publish(topic, payload);
}

std::vector<MqttMessage> MqttClient::heard() const {
  const std::lock_guard lock(impl_->mutex_);
  return impl_->heard_;
}

std::size_t MqttClient::count(const std::function<bool(const MqttMessage&)>& match) const {
  const std::lock_guard lock(impl_->mutex_);
  return static_cast<std::size_t>(std::count_if(impl_->heard_.begin(), impl_->heard_.end(), match));
}

bool MqttClient::hears(const std::function<bool(const MqttMessage&)>& match,
                       std::chrono::milliseconds patience) const {
  return eventually([&] { return count(match) > 0; }, patience);
}

void MqttClient::forget() {
  const std::lock_guard lock(impl_->mutex_);
  impl_->heard_.clear();
}

void MqttClient::on_message(std::function<void(const MqttMessage&)> handler) {
  const std::lock_guard lock(impl_->mutex_);
  impl_->handler_ = std::move(handler);
}

}  // namespace hearth::e2e
