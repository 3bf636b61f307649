// SPDX-License-Identifier: Apache-2.0
// What each node must be told, as devices, models and links change. It knows what every connected node holds,
// keeps one message under way per object and node (a change meanwhile is sent after the ack, the newest only) and at
// most kWindow per node, keeps deletes for nodes that are away, and gives a device to its new node only after the
// former one has let go of it.
// Thread: plain value, one owner.   Errors: objects it cannot read are passed over; a device without a node or a
// model is an ordinary case.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/controller/api_object.hpp"
#include "cloud/controller/controller_options.hpp"
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
  no_node,     ///< spec.nodeName is empty
  no_model,    ///< held back until its model exists
  moving,      ///< held back until its former node has let go of it
  node_away,   ///< its node has no link and has not confirmed the present spec
  pending,     ///< sent, or about to be
  unanswered,  ///< sent in vain, and to be sent again
  delivered,   ///< the node has confirmed the present spec, in this session or an earlier one
};

struct DownlinkOptions {
  NewId new_id;  ///< of messages
  SteadyClock steady = std::chrono::steady_clock::now;
  std::chrono::milliseconds move_wait{10'000};  ///< for a device's former node to let go of it
};

class Downlink {
 public:
  explicit Downlink(Clock clock, DownlinkOptions options = {});

  /// Both collections have been read once: from now on nodes are sent things.
  DownlinkOutput api_synced();
  /// `own_write`: only what the controller itself has written to the status is new.
  DownlinkOutput device_upsert(DeviceObject device, bool own_write = false);
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
  /// Sends again what the node, if it is connected, has never acked.
  DownlinkOutput retry(const std::string& node);
  /// Ends the waiting for nodes that do not let go of a device.
  DownlinkOutput expire(SteadyTime now);
  /// When expire() will next have something to do.
  std::optional<SteadyTime> next_expiry() const;

  const DeviceObject* device(const DeviceId& id) const;
  bool has_model(const DeviceId& id) const { return models_.contains(id); }
  Delivery delivery(const DeviceId& id) const;
  /// metadata.generation of the version the node acked last; 0 = none in the life of this process.
  std::int64_t delivered_generation(const DeviceId& id) const;
  std::vector<DeviceId> devices_of(const std::string& node) const;
  std::size_t device_count() const { return devices_.size(); }

  /// Deletes kept for one node until it acks; beyond it one is given up (the membership list covers it).
  static constexpr std::size_t kMaxKeptDeletes = 1024;
  /// Models and devices on their way to one node; the others wait as what they are, not as messages.
  static constexpr std::size_t kWindow = 128;

 private:
  enum class Kind { device, model };

  struct Known {
    DeviceObject object;
    bool delivered = false;  ///< the present spec
    std::int64_t delivered_generation = 0;
  };
  /// One object on one node in the present session.
  struct Shipment {
    ObjectPtr sent;               ///< of models only
    std::int64_t generation = 0;  ///< of the version sent
    std::string_view operation;
    std::uint64_t token = 0;  ///< of the message under way
    bool waiting = false;     ///< stands in the backlog
    bool stale = false;       ///< the object has changed since it was sent
    bool retry = false;       ///< given up by the hub
    bool unanswered = false;  ///< given up by the hub, and not acked since
  };
  struct KeptDelete {
    wire::HubMessage message;
    Kind kind = Kind::device;
    DeviceId id;
    std::uint64_t token = 0;
  };
  struct Node {
    bool connected = false;
    bool hearth_peer = false;
    bool seen = false;            ///< was connected in the life of this process
    std::string pending_request;  ///< msg_id of a membership/detail that came before api_synced()
    std::set<DeviceId> devices;
    std::map<DeviceId, Shipment> shipped_devices;
    std::map<DeviceId, Shipment> shipped_models;
    std::map<std::string, KeptDelete> deletes;  ///< by resource, not acked yet
    std::deque<std::pair<Kind, DeviceId>> backlog;
    std::set<std::uint64_t> tokens;  ///< of what is under way
    std::size_t under_way = 0;       ///< of models and devices
  };
  struct Ticket {
    std::string node;
    Kind kind;
    DeviceId id;
    std::string deleted;  ///< resource of a delete
  };
  struct Move {
    std::string from;
    SteadyTime until;
  };

  void replace(Known& known, DeviceObject device, bool own_write, DownlinkOutput& out);
  void add_to_node(const DeviceObject& device, DownlinkOutput& out);
  void give_to_node(const DeviceObject& device, DownlinkOutput& out);
  void change_on_node(const DeviceObject& before, const DeviceObject& device, DownlinkOutput& out);
  void remove_from_node(const DeviceObject& device, ObjectPtr content, DownlinkOutput& out);
  void remove_model_if_unused(const std::string& node, const DeviceId& model, DownlinkOutput& out);
  void begin_move(const DeviceObject& device, const std::string& to);
  void end_move(const DeviceId& id, DownlinkOutput& out);
  void end_session(Node& node);
  void send_whole_set(const std::string& node, DownlinkOutput& out);
  void send_membership(const std::string& node, const std::vector<const DeviceObject*>& added,
                       const std::vector<const DeviceObject*>& removed, DownlinkOutput& out);
  void answer_membership_request(const std::string& node, DownlinkOutput& out);
  void send_membership_list(const std::string& node, DownlinkOutput& out);
  void ship_model(const std::string& node, const DeviceId& model, DownlinkOutput& out);
  void ship_device(const DeviceObject& device, std::string_view operation, DownlinkOutput& out);
  void ship(const std::string& node, Kind kind, const DeviceId& id, std::string_view operation,
            DownlinkOutput& out);
  void release(const std::string& node, DownlinkOutput& out);
  void dispatch(const std::string& node, Kind kind, const DeviceId& id, Shipment& shipment,
                DownlinkOutput& out);
  void ship_delete(const std::string& node, Kind kind, const ApiObject& object, ObjectPtr content,
                   DownlinkOutput& out);
  void send_delete(const std::string& node, const std::string& resource, DownlinkOutput& out);
  void delete_acked(const Ticket& ticket, std::uint64_t token, bool ok, DownlinkOutput& out);
  void settle(Shipment& shipment, const Ticket& ticket, bool ok, DownlinkOutput& out);
  void spread_model(const ApiObject& model, DownlinkOutput& out);
  void touch_users(const DeviceId& model, DownlinkOutput& out) const;
  void touch_undelivered(const Node& node, DownlinkOutput& out) const;
  bool is_model_used(const std::string& node, const DeviceId& model) const;
  bool lacks_model(const DeviceObject& device) const;
  std::vector<const DeviceObject*> present_devices(const std::string& node) const;
  const ApiObject* current(Kind kind, const DeviceId& id) const;
  const Shipment* shipment(const DeviceObject& device) const;
  void forget_if_idle(const std::string& node);
  std::uint64_t issue_token(Ticket ticket);
  void send(const std::string& node, wire::HubMessage message, std::uint64_t token, DownlinkOutput& out);
  std::int64_t now_ms() const { return to_unix_ms(clock_()); }

  Clock clock_;
  DownlinkOptions options_;
  bool synced_ = false;
  std::uint64_t last_token_ = 0;
  std::map<DeviceId, Known> devices_;
  std::map<DeviceId, ApiObject> models_;
  std::map<std::string, Node> nodes_;
  std::map<std::uint64_t, Ticket> tickets_;
  std::map<DeviceId, Move> moves_;
};

/// The confirmation of a node's report (or request): nothing of it need be sent again.
wire::HubMessage make_confirmation(const std::string& msg_id, std::int64_t now_ms);
/// Any other answer: {"code","reason","message"} to one that is not taken.
wire::HubMessage make_answer(const std::string& msg_id, nlohmann::json content, std::int64_t now_ms);

}  // namespace hearth::controller
