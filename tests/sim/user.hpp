// SPDX-License-Identifier: Apache-2.0
// The people of a simulation: those who write manifests, and those who switch appliances by hand.
// Thread: one.   Errors: none; what cannot be done just now is not done.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sdk/device/value.hpp"
#include "tests/sim/ledger.hpp"

namespace hearth::sim {

struct PropertySpec {
  std::string name;
  device::PropertyType type = device::PropertyType::string;
  bool read_only = false;
};

class User {
 public:
  User(Timeline& timeline, Journal& journal, SimApi& api, Ledger& ledger, Appliances& appliances,
       std::vector<std::string> nodes);

  /// A few models, and a name for each device that there may be.
  void prepare(int models, int devices);
  void create_device();
  void delete_device();
  /// Deleted and created again at once under its name; half of the time it is another appliance.
  void recreate_device();
  void move_device();
  void patch_desired();
  /// A value that is wanted for a short time only.
  void patch_momentary();
  void edit_model();
  void edit_device();
  void delete_model();
  void restore_models();
  void switch_by_hand();
  /// A sensor shows something else.
  void change_sensor();
  void settle_appliances();

  const std::vector<PropertySpec>& properties_of(const std::string& device) const;
  /// The text as a mapper prints it.
  static std::string canonical(device::PropertyType type, const std::string& text);

 private:
  std::string pick_device();
  std::string free_name();
  void create(const std::string& name, const std::string& address);
  void wish(const std::string& name, const PropertySpec& property, Wish wish);
  const PropertySpec* pick(const std::string& device, bool read_only);
  std::string new_value(device::PropertyType type);
  std::string new_appliance(const std::vector<PropertySpec>& properties);
  nlohmann::json model_spec(const std::string& model);

  Timeline& timeline_;
  Random random_;
  Journal& journal_;
  SimApi& api_;
  Ledger& ledger_;
  Appliances& appliances_;
  const std::vector<std::string> nodes_;
  std::map<std::string, std::vector<PropertySpec>> models_;
  std::map<std::string, std::string> model_of_;  ///< by device name, fixed
  int last_value_ = 0;
  int last_address_ = 0;
};

}  // namespace hearth::sim
