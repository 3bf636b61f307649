// SPDX-License-Identifier: Apache-2.0
#include "cloud/convert/protocol.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "cloud/convert/members.hpp"

namespace hearth::convert {
namespace {

using nlohmann::json;
using Names = std::span<const std::string_view>;

constexpr std::string_view kCustomized = "customizedProtocol";
constexpr std::string_view kCustomizedValues = "customizedValues";

// The members that v1alpha2 has for each protocol it knows (kubeedge wire, E.3).
constexpr std::array<std::string_view, 1> kModbus{"slaveID"};
constexpr std::array<std::string_view, 1> kBluetooth{"macAddress"};
constexpr std::array<std::string_view, 8> kOpcua{
    "url", "userName", "password", "securityPolicy", "securityMode", "certificate", "privateKey", "timeout"};
constexpr std::array<std::string_view, 5> kSerial{"serialPort", "baudRate", "dataBits", "parity", "stopBits"};
constexpr std::array<std::string_view, 2> kTcp{"ip", "port"};
constexpr std::array<std::string_view, 6> kCommon{"commType",       "reconnTimeout",     "reconnRetryTimes",
                                                  "collectTimeout", "collectRetryTimes", "collectType"};
constexpr std::array<std::string_view, 6> kModbusVisitor{"register", "offset", "limit",
                                                         "scale",    "isSwap", "isRegisterSwap"};
constexpr std::array<std::string_view, 3> kBluetoothVisitor{"characteristicUUID", "dataWrite",
                                                            "dataConverter"};
constexpr std::array<std::string_view, 2> kOpcuaVisitor{"nodeID", "browseName"};

struct Protocol {
  std::string_view name;
  Names device;
  Names visitor;
};
constexpr std::array<Protocol, 3> kProtocols{{{"modbus", kModbus, kModbusVisitor},
                                              {"bluetooth", kBluetooth, kBluetoothVisitor},
                                              {"opcua", kOpcua, kOpcuaVisitor}}};

const Protocol* find_protocol(std::string_view name) {
  const auto found = std::find_if(kProtocols.begin(), kProtocols.end(),
                                  [&](const Protocol& each) { return each.name == name; });
  return found == kProtocols.end() ? nullptr : &*found;
}

void lift(json& from, json& to) {
  if (!from.is_object()) return;
  for (auto& [name, value] : from.items()) {
    if (!to.contains(name)) to[name] = std::move(value);
  }
}

/// What of the settings has a member there.
json pick(json& settings, Names names) {
  json picked = json::object();
  for (const auto name : names)
    move_member(settings, picked, std::string(name));
  return picked;
}

void put_unless_empty(json& object, std::string_view name, json value) {
  if (!is_empty(value)) object[std::string(name)] = std::move(value);
}

/// Of one protocol, whichever member is there; customizedProtocol is in the new form already.
json named(json& from) {
  if (auto custom = take(from, std::string(kCustomized)); custom && custom->is_object()) {
    if (!custom->contains("configData")) (*custom)["configData"] = json::object();
    return std::move(*custom);
  }
  for (const auto& protocol : kProtocols) {
    auto settings = take(from, std::string(protocol.name));
    if (!settings) continue;
    json data = settings->is_object() ? std::move(*settings) : json::object();
    return {{"protocolName", protocol.name}, {"configData", std::move(data)}};
  }
  return json::object();
}

void lift_common(json common, json& settings) {
  for (const char* name : {"com", "tcp", "customizedValues"}) {
    if (auto part = take(common, name)) lift(*part, settings);
  }
  lift(common, settings);
}

}  // namespace

json protocol_to_v1beta1(json protocol) {
  if (!protocol.is_object()) return protocol;
  auto made = named(protocol);
  if (auto common = take(protocol, "common"); common && common->is_object())
    lift_common(std::move(*common), made["configData"]);
  return made;
}

json protocol_to_v1alpha2(json protocol) {
  const auto* known = find_protocol(text_at(protocol, "protocolName"));
  if (known == nullptr) return is_empty(protocol) ? protocol : json{{kCustomized, std::move(protocol)}};
  auto settings = take(protocol, "configData").value_or(json::object());
  json made{{known->name, pick(settings, known->device)}};
  json common = pick(settings, kCommon);
  put_unless_empty(common, "com", pick(settings, kSerial));
  put_unless_empty(common, "tcp", pick(settings, kTcp));
  put_unless_empty(common, kCustomizedValues, std::move(settings));
  put_unless_empty(made, "common", std::move(common));
  return made;
}

json visitor_to_v1beta1(json visitor) {
  auto made = named(visitor);
  if (auto values = take(visitor, std::string(kCustomizedValues)); values && !made.empty())
    lift(*values, made["configData"]);
  return made;
}

json visitor_to_v1alpha2(json visitors) {
  const auto* known = find_protocol(text_at(visitors, "protocolName"));
  if (known == nullptr) return is_empty(visitors) ? json::object() : json{{kCustomized, std::move(visitors)}};
  auto settings = take(visitors, "configData").value_or(json::object());
  json made{{known->name, pick(settings, known->visitor)}};
  put_unless_empty(made, kCustomizedValues, std::move(settings));
  return made;
}

}  // namespace hearth::convert
