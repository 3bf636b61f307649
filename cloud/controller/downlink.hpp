// SPDX-License-Identifier: Apache-2.0
// What each node must be told, as devices, models and links change. It knows what every connected node holds,
// keeps one message under way per object and node (a change meanwhile is sent after the ack, the newest only), and
// keeps deletes for nodes that are away.
// Thread: plain value, one owner.   Errors: objects it cannot read are passed over; a device without a node or a
// model is an ordinary case.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cloud/controller/api_object.hpp"
#include "sdk/base/time.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

/// One message to a node. With a token it wants an ack, to be told by acked().
struct Send {
  std::string node;
  wire::HubMessage message;
  std::uint64_t token = 0;
};

struct DownlinkOutput {
  std::vector<Send> sends;        ///< in this order
  std::vector<DeviceId> touched;  ///< devices whose conditions may have changed
};

/// How far a device has come on its way to its node.
enum class Delivery {
  no_node,    ///< spec.nodeName is empty
  node_away,  ///< its node has no link
  pending,    ///< sent, or about to be; not acked at its present spec
  delivered,  ///< acked by the node
};

class Downlink {
 public:
  explicit Downlink(Clock clock);

  /// Both collections have been read once: from now on nodes are sent things.
  DownlinkOutput api_synced();
  DownlinkOutput device_upsert(ObjectPtr object);
  /// `object` in its last known state.
  DownlinkOutput device_delete(ObjectPtr object);
  DownlinkOutput model_upsert(ObjectPtr object);
  DownlinkOutput model_delete(ObjectPtr object);

  /// Sends the node its whole set.
  DownlinkOutput node_connected(const std::string& node, bool hearth_peer);
  DownlinkOutput node_disconnected(const std::string& node);
  /// The node asks for membership/detail: its devices, and a confirmation.
  DownlinkOutput membership_requested(const std::string& node, const std::string& msg_id);
  DownlinkOutput acked(std::uint64_t token, bool ok);
  /// Sends again what connected nodes have never acked.
  DownlinkOutput retry();

  const DeviceObject* device(const DeviceId& id) const;
  bool has_model(const DeviceId& id) const { return models_.contains(id); }
  Delivery delivery(const DeviceId& id) const;
  /// metadata.generation of the version the node acked last; 0 = none in this session.
  std::int64_t delivered_generation(const DeviceId& id) const;
  std::vector<DeviceId> devices_of(const std::string& node) const;
  std::size_t device_count() const { return devices_.size(); }

  /// Deletes kept for one node until it acks; beyond it one is given up (the membership list covers it).
  static constexpr std::size_t kMaxKeptDeletes = 1024;

 private:
  enum class Kind { device, model };

  /// One object on one node in the present session.
  struct Shipment {
    ObjectPtr sent;
    ObjectPtr acked;
    std::uint64_t token = 0;  ///< of the message under way
    bool stale = false;       ///< the object has changed since `sent`
    bool failed = false;      ///< given up by the hub
  };
  struct Node {
    bool connected = false;
    bool hearth_peer = false;
    bool seen = false;            ///< was connected in the life of this process
    std::string pending_request;  ///< msg_id of a membership/detail that came before api_synced()
    std::set<DeviceId> devices;
    std::map<DeviceId, Shipment> shipped_devices;
    std::map<DeviceId, Shipment> shipped_models;
    std::map<std::string, wire::HubMessage> deletes;  ///< by resource, not acked yet
  };
  struct Ticket {
    std::string node;
    Kind kind;
    DeviceId id;
    std::string deleted;  ///< resource of a delete
  };

  void add_to_node(const DeviceObject& device, DownlinkOutput& out);
  void change_on_node(const DeviceObject& before, const DeviceObject& device, DownlinkOutput& out);
  void remove_from_node(const DeviceObject& device, ObjectPtr content, DownlinkOutput& out);
  void remove_model_if_unused(const std::string& node, const DeviceId& model, DownlinkOutput& out);
  void send_whole_set(const std::string& node, DownlinkOutput& out);
  void send_membership(const std::string& node, const std::vector<const DeviceObject*>& added,
                       const std::vector<const DeviceObject*>& removed, DownlinkOutput& out);
  void answer_membership_request(const std::string& node, DownlinkOutput& out);
  void send_membership_list(const std::string& node, DownlinkOutput& out);
  void ship_model(const std::string& node, const DeviceId& model, DownlinkOutput& out);
  void ship(const std::string& node, Kind kind, const DeviceId& id, std::string_view operation,
            DownlinkOutput& out);
  void ship_delete(const std::string& node, Kind kind, const ApiObject& object, ObjectPtr content,
                   DownlinkOutput& out);
  void send_delete(const std::string& node, const std::string& resource, DownlinkOutput& out);
  bool settle(Shipment& shipment, const Ticket& ticket, bool ok, DownlinkOutput& out);
  void spread_model(const ApiObject& model, DownlinkOutput& out);
  void touch_users(const DeviceId& model, DownlinkOutput& out) const;
  bool is_model_used(const std::string& node, const DeviceId& model) const;
  const ApiObject* current(Kind kind, const DeviceId& id) const;
  const Shipment* shipment(const DeviceId& device) const;
  void forget_if_idle(const std::string& node);
  std::uint64_t issue_token(Ticket ticket);
  std::int64_t now_ms() const { return to_unix_ms(clock_()); }

  Clock clock_;
  bool synced_ = false;
  std::uint64_t last_token_ = 0;
  std::map<DeviceId, DeviceObject> devices_;
  std::map<DeviceId, ApiObject> models_;
  std::map<std::string, Node> nodes_;
  std::map<std::uint64_t, Ticket> tickets_;
};

/// The confirmation of a node's report (or request): nothing of it need be sent again.
wire::HubMessage make_confirmation(const std::string& msg_id, std::int64_t now_ms);

}  // namespace hearth::controller
