// SPDX-License-Identifier: Apache-2.0
#include "host/twin/device_changes.hpp"

#include <spdlog/spdlog.h>

#include "host/twin/twin_store.hpp"
#include "sdk/wire/resource.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::twin {
namespace {

using nlohmann::json;

bool other_uid(const std::string& held, const std::string& asked) {
  return !held.empty() && !asked.empty() && held != asked;
}

std::string text_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string lane_of(const DeviceId& device) {
  return wire::device_resource(device);
}

struct DeviceChanges::Arrival {
  device::Device device;
  json object;
  TwinChange desired;
  bool recreate = false;
  bool spec_changed = true;
};

void DeviceChanges::enter(const std::string& lane, Done done, std::function<void(Done)> step) {
  const auto entered = core_.lanes.enter(lane, [done, step = std::move(step)](const Lanes::Release& release) {
    step([done, release](Result<void> result) {
      if (done) done(std::move(result));
      release();
    });
  });
  if (!entered && done) done(Error{ErrorClass::exhausted, "Busy", "too many changes of one object wait"});
}

void DeviceChanges::put_device(device::Device device, json object, Done done) {
  const auto lane = lane_of(device.meta.id);
  enter(lane, std::move(done),
        [this, device = std::move(device), object = std::move(object)](const Done& end) {
          const auto* held = core_.inventory.device(device.meta.id);
          switch (core_.inventory.judge(device)) {
            case Verdict::older:
              core_.dropped("older", device.meta.id);
              return end({});
            case Verdict::same:
              core_.inventory.seen_device(device.meta.id);
              return end({});
            case Verdict::apply:
              if (held && held->object == object) return end({});
              return store_device(device, object, false, end);
            case Verdict::recreate:
              return store_device(device, object, true, end);
          }
        });
}

void DeviceChanges::store_device(device::Device device, json object, bool recreate, const Done& done) {
  const auto id = device.meta.id;
  const auto* held = recreate ? nullptr : core_.inventory.device(id);
  const auto* known = recreate ? nullptr : core_.table.find(id);
  const auto row = known ? *known : TwinDevice{};
  auto desired = plan_desired(row.properties, held ? &held->device : nullptr, device,
                              core_.inventory.model_of(device), core_.now_ms());
  const bool spec_changed = !held || spec_differs(held->object, object);
  const auto arrival = std::make_shared<Arrival>(
      Arrival{std::move(device), std::move(object), std::move(desired), recreate, spec_changed});
  core_.commit(
      [arrival, id, row](SQLite::Database& db) {
        if (arrival->recreate) sql::clear_twins(db, id);
        sql::put_device(db, id, row);
        sql::put_change(db, id, arrival->desired);
        sql::put_object(db, {wire::device_resource(id), sql::kDeviceType, text_of(arrival->object)});
      },
      [this, arrival, id, done](Result<void> stored) {
        if (stored) {
          adopt_device(*arrival);
        } else {
          spdlog::warn("twin: device {}: not stored: {}", id.str(), stored.error().text);
        }
        done(std::move(stored));
      });
}

void DeviceChanges::adopt_device(const Arrival& arrival) {
  const auto& id = arrival.device.meta.id;
  if (arrival.recreate) forget_device(id);
  if (!core_.table.find(id)) {
    core_.table.add(id);
    core_.publish_added(id, "");
  }
  core_.table.adopt(id, arrival.desired);
  core_.inventory.adopt(arrival.device, arrival.object);
  if (arrival.spec_changed) core_.tell_changed(core_.inventory.device(id)->device);
  if (!arrival.desired.empty()) tell_desired(id, arrival.desired);
}

void DeviceChanges::tell_desired(const DeviceId& id, const TwinChange& change) {
  core_.publish(wire::device_topic(wire::TopicKind::twin_update_document, id),
                wire::twin_document(new_uuid(), core_.now_ms(), change.document));
  core_.publish_delta(id);
  reports_.owe_twin(id, change.reported_keys(), "");
}

void DeviceChanges::put_model(device::DeviceModel model, json object, Done done) {
  const auto lane = wire::device_model_resource(model.meta.id);
  enter(lane, std::move(done), [this, model = std::move(model), object = std::move(object)](const Done& end) {
    const auto* held = core_.inventory.model(model.meta.id);
    switch (core_.inventory.judge(model)) {
      case Verdict::older:
        core_.dropped("older", model.meta.id);
        return end({});
      case Verdict::same:
        core_.inventory.seen_model(model.meta.id);
        return end({});
      case Verdict::apply:
      case Verdict::recreate:
        if (held && held->object == object) return end({});
        return store_model(model, object, end);
    }
  });
}

void DeviceChanges::store_model(device::DeviceModel model, json object, const Done& done) {
  const auto id = model.meta.id;
  const auto* held = core_.inventory.model(id);
  const bool spec_changed = !held || spec_differs(held->object, object);
  const sql::StoredObject row{wire::device_model_resource(id), sql::kDeviceModelType, text_of(object)};
  core_.commit([row](SQLite::Database& db) { sql::put_object(db, row); },
               [this, id, spec_changed, model = std::move(model), object = std::move(object),
                done](Result<void> stored) {
                 if (stored) {
                   core_.inventory.adopt(model, object);
                   for (const auto* user : core_.inventory.devices_of(id)) {
                     if (spec_changed) core_.tell_changed(*user);
                   }
                 } else {
                   spdlog::warn("twin: device model {}: not stored: {}", id.str(), stored.error().text);
                 }
                 done(std::move(stored));
               });
}

void DeviceChanges::remove_device(const DeviceId& id, const std::string& uid, Done done) {
  enter(lane_of(id), std::move(done), [this, id, uid](const Done& end) {
    const auto* held = core_.inventory.device(id);
    if (held && other_uid(held->device.meta.uid, uid)) {
      core_.dropped("uid", id);
      return end({});
    }
    if (!held && !core_.table.find(id)) return end({});
    core_.commit([id](SQLite::Database& db) { sql::erase_device(db, id); },
                 [this, id, end](Result<void> stored) {
                   if (stored) {
                     forget_device(id);
                     core_.publish_removed(id);
                   } else {
                     spdlog::warn("twin: device {}: not removed: {}", id.str(), stored.error().text);
                   }
                   end(std::move(stored));
                 });
  });
}

void DeviceChanges::forget_device(const DeviceId& id) {
  const bool served = core_.inventory.device(id) != nullptr;
  core_.table.remove(id);
  core_.inventory.drop_device(id);
  reports_.forget(id);
  if (served && core_.listener.removed) core_.listener.removed(id);
}

void DeviceChanges::remove_model(const DeviceId& id, const std::string& uid, Done done) {
  enter(wire::device_model_resource(id), std::move(done), [this, id, uid](const Done& end) {
    const auto* held = core_.inventory.model(id);
    if (!held) return end({});
    if (other_uid(held->model.meta.uid, uid)) {
      core_.dropped("uid", id);
      return end({});
    }
    core_.commit([id](SQLite::Database& db) { sql::erase_object(db, wire::device_model_resource(id)); },
                 [this, id, end](Result<void> stored) {
                   if (stored) {
                     core_.inventory.drop_model(id);
                     for (const auto* user : core_.inventory.devices_of(id))
                       core_.tell_changed(*user);
                   }
                   end(std::move(stored));
                 });
  });
}

void DeviceChanges::add_member(const wire::Member& member) {
  enter(lane_of(member.id), nullptr, [this, member](const Done& end) {
    if (core_.table.find(member.id)) return end({});
    const TwinDevice row{member.description, "", "", {}};
    core_.commit([id = member.id, row](SQLite::Database& db) { sql::put_device(db, id, row); },
                 [this, member, end](Result<void> stored) {
                   if (stored) {
                     core_.table.add(member.id).description = member.description;
                     core_.publish_added(member.id, member.description);
                   } else {
                     spdlog::warn("twin: device {}: not stored: {}", member.id.str(), stored.error().text);
                   }
                   end(std::move(stored));
                 });
  });
}

void DeviceChanges::reconcile(const std::vector<wire::Member>& members) {
  std::set<DeviceId> listed;
  for (const auto& member : members) {
    listed.insert(member.id);
    add_member(member);
  }
  std::vector<DeviceId> unlisted;
  for (const auto& [id, device] : core_.table.devices()) {
    if (!listed.contains(id) && !core_.inventory.is_local(id)) unlisted.push_back(id);
  }
  for (const auto& id : unlisted)
    remove_device(id, "", nullptr);
}

}  // namespace hearth::twin
