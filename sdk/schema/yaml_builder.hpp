// SPDX-License-Identifier: Apache-2.0
// Turns yaml-cpp's events into a JSON value and its places, within limits.
// Thread: none.   Errors: throws YamlFault; read_yaml() catches it.
#pragma once

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sdk/schema/yaml_document.hpp"

namespace hearth::schema {

struct YamlFault {
  Position at;
  std::string message;
  bool syntax = false;  ///< of the text itself; not one of our rules
};

Position to_position(const YAML::Mark& mark);

/// One for a whole text: yaml-cpp calls the On… functions, the reader calls take() after each document.
class YamlBuilder : public YAML::EventHandler {
 public:
  explicit YamlBuilder(const YamlLimits& limits) : limits_(limits) {}

  const Position& document_start() const { return document_start_; }
  /// The finished document's value and places.
  std::pair<nlohmann::json, PlaceTree> take();

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  struct Weight {
    std::size_t values = 0;
    std::size_t bytes = 0;
  };
  struct Open {
    nlohmann::json value;
    PlaceTree places;
    YAML::anchor_t anchor = 0;
    Weight weight;
    std::optional<std::string> key;  ///< of the member whose value comes next
    Position key_at;
  };
  struct Anchored {
    nlohmann::json value;
    Weight weight;
  };

  bool awaits_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }
  void set_key(const Position& at, const std::string& tag, const std::string& text);
  void start(const Position& at, YAML::anchor_t anchor, nlohmann::json empty);
  void finish();
  void remember(YAML::anchor_t anchor, const nlohmann::json& value, const Weight& weight, const Position& at);
  void charge_copy(const Weight& weight, const Position& at);
  void attach(nlohmann::json value, PlaceTree places, const Weight& weight);

  YamlLimits limits_;
  Position document_start_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  Weight copied_;
  std::size_t values_ = 0;
  nlohmann::json value_;
  PlaceTree places_;
};

}  // namespace hearth::schema
