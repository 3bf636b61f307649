// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/entry.hpp"

#include <exception>

#include "sdk/mapper/convert.hpp"

/// A device, and the texts and values of its last call, which the host may still be looking at.
struct hearth_device {
  std::unique_ptr<hearth::mapper::Device> impl;
  hearth::mapper::Status status;
  std::vector<hearth::mapper::ReadResult> readings;
  hearth::mapper::WriteOutcome outcome;
};

namespace hearth::mapper::entry {
namespace {

Status bug_of_exception() {
  try {
    throw;
  } catch (const std::exception& e) {
    return bug_error(std::string("the mapper threw an exception: ") + e.what());
  } catch (...) {
    return bug_error("the mapper threw something that is no exception");
  }
}

void put(const hearth_text_sink* sink, std::string_view text) {
  if (sink && sink->put) sink->put(sink->context, borrow(text));
}

/// Runs `body`, which returns a Status; what is not ok goes to the sink.
template <class Body>
hearth_class guarded(const hearth_text_sink* reason, Body body) noexcept {
  Status status;
  try {
    status = body();
  } catch (...) {
    status = bug_of_exception();
  }
  if (!status.ok()) put(reason, status.text);
  return to_abi(status.cls);
}

nlohmann::json parse_object(hearth_string text) {
  if (view(text).empty()) return nlohmann::json::object();
  return nlohmann::json::parse(view(text));
}

PropertyConfig from_abi(const hearth_property_config& property) {
  return {.name = std::string(view(property.name)),
          .type = property_type_from_abi(property.type).value(),
          .read_only = property.access == HEARTH_READ_ONLY,
          .unit = std::string(view(property.unit)),
          .config = parse_object(property.config)};
}

DeviceConfig from_abi(const hearth_device_config& config) {
  DeviceConfig out{.ns = std::string(view(config.ns)),
                   .name = std::string(view(config.name)),
                   .model = std::string(view(config.model)),
                   .protocol = std::string(view(config.protocol)),
                   .config = parse_object(config.config)};
  for (std::uint32_t i = 0; i < config.property_count; ++i) {
    out.properties.push_back(from_abi(*config.properties[i]));
  }
  return out;
}

}  // namespace

hearth_class create(const hearth_host* host, const hearth_text_sink* reason, hearth_mapper** mapper,
                    MakeMapper make) {
  return guarded(reason, [&]() -> Status {
    *mapper = std::make_unique<hearth_mapper>(hearth_mapper{make(Host(host))}).release();
    return {};
  });
}

void destroy(hearth_mapper* mapper) {
  guarded(nullptr, [&]() -> Status {
    delete mapper;
    return {};
  });
}

hearth_class validate(hearth_mapper* mapper, const hearth_device_config* config,
                      const hearth_issue_sink* issues, const hearth_text_sink* reason) {
  return guarded(reason, [&]() -> Status {
    for (const auto& issue : mapper->impl->validate(from_abi(*config))) {
      issues->put(issues->context, borrow(issue.path), borrow(issue.message));
    }
    return {};
  });
}

hearth_class bus_key(hearth_mapper* mapper, const hearth_device_config* config,
                     const hearth_text_sink* text) {
  return guarded(text, [&]() -> Status {
    auto key = mapper->impl->bus_key(from_abi(*config));
    if (!key) return key.error();
    put(text, *key);
    return {};
  });
}

hearth_class open(hearth_mapper* mapper, const hearth_device_config* config, std::int64_t deadline,
                  const hearth_text_sink* reason, hearth_device** device) {
  return guarded(reason, [&]() -> Status {
    auto opened = mapper->impl->open(from_abi(*config), deadline_from_abi(deadline));
    if (!opened) return opened.error();
    if (!*opened) return bug_error("the mapper opened no device and gave no reason");
    *device = std::make_unique<hearth_device>(hearth_device{std::move(*opened)}).release();
    return {};
  });
}

void prepare(hearth_device* device, const hearth_property_config* property, std::uint64_t* handle,
             hearth_status* status) {
  guarded(nullptr, [&]() -> Status {
    try {
      auto prepared = device->impl->prepare(from_abi(*property));
      device->status = prepared ? Status() : prepared.error();
      if (prepared) *handle = *prepared;
    } catch (...) {
      device->status = bug_of_exception();
    }
    *status = to_abi(device->status);
    return {};
  });
}

void read(hearth_device* device, const std::uint64_t* handles, std::size_t count, std::int64_t deadline,
          hearth_read_result* results) {
  guarded(nullptr, [&]() -> Status {
    auto& readings = device->readings;
    try {
      readings = device->impl->read_batch({handles, count}, deadline_from_abi(deadline));
      readings.resize(count, {bug_error("the mapper returned fewer results than it was asked for")});
    } catch (...) {
      readings.assign(count, {bug_of_exception()});
    }
    for (std::size_t i = 0; i < count; ++i) {
      results[i] = to_abi(readings[i]);
    }
    return {};
  });
}

void write(hearth_device* device, std::uint64_t handle, const hearth_value* value, std::int64_t deadline,
           hearth_write_result* result) {
  guarded(nullptr, [&]() -> Status {
    try {
      const auto wanted = mapper::from_abi(*value);
      device->outcome = device->impl->write(handle, wanted.value(), deadline_from_abi(deadline));
    } catch (...) {
      device->outcome = {WriteOutcome::Kind::failed, bug_of_exception(), std::nullopt};
    }
    *result = to_abi(device->outcome);
    return {};
  });
}

void health(hearth_device* device, hearth_status* status) {
  guarded(nullptr, [&]() -> Status {
    try {
      device->status = device->impl->health();
    } catch (...) {
      device->status = bug_of_exception();
    }
    *status = to_abi(device->status);
    return {};
  });
}

void close(hearth_device* device) {
  guarded(nullptr, [&]() -> Status {
    delete device;
    return {};
  });
}

void subscribe(hearth_device* device, const std::uint64_t* handles, std::size_t count,
               const hearth_push_sink* sink, hearth_status* status) {
  guarded(nullptr, [&]() -> Status {
    try {
      // The sink itself lives until close; the struct that describes it is copied.
      device->status =
          device->impl->subscribe({handles, count}, [to = *sink](Handle handle, const ReadResult& r) {
            const auto result = to_abi(r);
            to.put(to.context, handle, &result);
          });
    } catch (...) {
      device->status = bug_of_exception();
    }
    *status = to_abi(device->status);
    return {};
  });
}

hearth_class discover(hearth_mapper* mapper, std::int64_t deadline, const hearth_discover_sink* found,
                      const hearth_text_sink* reason) {
  return guarded(reason, [&]() -> Status {
    auto devices = mapper->impl->discover(deadline_from_abi(deadline));
    if (!devices) return devices.error();
    for (const auto& device : *devices) {
      found->put(found->context, borrow(device.name), borrow(device.protocol), borrow(device.config),
                 borrow(device.text));
    }
    return {};
  });
}

}  // namespace hearth::mapper::entry
