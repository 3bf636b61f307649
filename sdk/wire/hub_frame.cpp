// SPDX-License-Identifier: Apache-2.0
// Reading frames, in one pass: the envelope's fields go straight into the message, only the content becomes JSON values.
#include <fmt/format.h>

#include <optional>

#include "sdk/base/bounded_json.hpp"
#include "sdk/wire/hub_message.hpp"
#include "sdk/wire/json_builder.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr int kNumberOutOfRange = 406;  // nlohmann's id of that exception

Error malformed(std::string_view what) {
  return invalid("MalformedMessage", fmt::format("hub message: {}", what));
}

/// nlohmann's SAX interface. A function that answers false ends the parse; error_ says why.
class FrameReader {
 public:
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  explicit FrameReader(bool batches) : batches_(batches) {}

  bool null() { return scalar(json(nullptr)); }
  bool boolean(bool value) {
    if (at_field() && place_ == Place::header && field_ == "sync") message_.header.sync = value;
    return scalar(json(value));
  }
  bool number_integer(json::number_integer_t value) {
    take_time(value);
    return scalar(json(value));
  }
  bool number_unsigned(json::number_unsigned_t value) {
    take_time(static_cast<json::number_integer_t>(value));
    return scalar(json(value));
  }
  bool number_float(json::number_float_t value, const string_t&) { return scalar(json(value)); }
  bool string(string_t& value);
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t);
  bool key(string_t& name);
  bool end_object();
  bool start_array(std::size_t);
  bool end_array();
  bool parse_error(std::size_t at, const std::string&, const json::exception& why);

  Result<std::vector<HubMessage>> take(bool parsed);

 private:
  enum class Place { top, batch, message, header, route };

  bool refuse(Error error) {
    if (!error_) error_ = std::move(error);
    return false;
  }
  /// A field of header or route, not something inside of a field that is passed over.
  bool at_field() const { return skipped_ == 0 && !in_content_; }
  std::string* text_field();
  bool scalar(json value);
  bool enter();
  bool opened_inside(json::value_t container);
  bool closed_inside();
  bool open_field();
  void take_time(json::number_integer_t value) {
    if (at_field() && place_ == Place::header && field_ == "timestamp") message_.header.timestamp = value;
  }
  void begin_message() {
    message_ = HubMessage();
    place_ = Place::message;
  }
  void content_ended() {
    if (!content_.complete()) return;
    message_.content = content_.take();
    in_content_ = false;
  }

  const bool batches_;
  Place place_ = Place::top;
  bool in_batch_ = false;
  bool in_content_ = false;
  int depth_ = 0;
  int skipped_ = 0;  ///< containers open inside of a field nobody asked for
  std::string field_;
  HubMessage message_;
  JsonBuilder content_;
  std::vector<HubMessage> messages_;
  std::optional<Error> error_;
};

std::string* FrameReader::text_field() {
  if (place_ == Place::header) {
    if (field_ == "msg_id") return &message_.header.msg_id;
    if (field_ == "parent_msg_id") return &message_.header.parent_msg_id;
    if (field_ == "resourceversion") return &message_.header.resource_version;
  }
  if (place_ == Place::route) {
    if (field_ == "source") return &message_.route.source;
    if (field_ == "group") return &message_.route.group;
    if (field_ == "operation") return &message_.route.operation;
    if (field_ == "resource") return &message_.route.resource;
  }
  return nullptr;
}

bool FrameReader::string(string_t& value) {
  if (at_field() && (place_ == Place::header || place_ == Place::route)) {
    if (auto* field = text_field()) *field = std::move(value);
    return true;
  }
  return scalar(json(std::move(value)));
}

bool FrameReader::scalar(json value) {
  if (in_content_) {
    content_.add(std::move(value));
    content_ended();
    return true;
  }
  if (skipped_ > 0) return true;
  switch (place_) {
    case Place::top:
    case Place::batch:
      return refuse(malformed("must be an object"));
    case Place::message:
      if ((field_ != "header" && field_ != "route") || value.is_null()) return true;
      return refuse(malformed(fmt::format("\"{}\" must be an object", field_)));
    case Place::header:
    case Place::route:
      if (text_field() == nullptr || value.is_null()) return true;
      return refuse(malformed(fmt::format("\"{}\" must be a string", field_)));
  }
  return false;
}

bool FrameReader::enter() {
  if (++depth_ <= kMaxJsonDepth) return true;
  return refuse(invalid("TooDeep", fmt::format("JSON is nested deeper than {} levels", kMaxJsonDepth)));
}

/// True for a container within the content, or within a field that is passed over.
bool FrameReader::opened_inside(json::value_t container) {
  if (!in_content_ && skipped_ == 0) return false;
  if (in_content_) {
    content_.open(json(container));
  } else {
    ++skipped_;
  }
  return true;
}

bool FrameReader::closed_inside() {
  --depth_;
  if (!in_content_ && skipped_ == 0) return false;
  if (in_content_) {
    content_.close();
    content_ended();
  } else {
    --skipped_;
  }
  return true;
}

/// A container as the value of a field of header or route: passed over where it does no harm.
bool FrameReader::open_field() {
  if (text_field() != nullptr) return refuse(malformed(fmt::format("\"{}\" must be a string", field_)));
  ++skipped_;
  return true;
}

bool FrameReader::start_object(std::size_t) {
  if (!enter()) return false;
  if (opened_inside(json::value_t::object)) return true;
  switch (place_) {
    case Place::top:
    case Place::batch:
      begin_message();
      return true;
    case Place::message:
      if (field_ == "header") {
        place_ = Place::header;
      } else if (field_ == "route") {
        place_ = Place::route;
      } else {
        ++skipped_;
      }
      return true;
    case Place::header:
    case Place::route:
      return open_field();
  }
  return false;
}

bool FrameReader::key(string_t& name) {
  if (in_content_) {
    content_.key(std::move(name));
    return true;
  }
  if (skipped_ > 0) return true;
  field_ = std::move(name);
  in_content_ = place_ == Place::message && field_ == "content";
  return true;
}

bool FrameReader::end_object() {
  if (closed_inside()) return true;
  if (place_ == Place::header || place_ == Place::route) {
    place_ = Place::message;
    return true;
  }
  place_ = in_batch_ ? Place::batch : Place::top;
  if (messages_.size() == kMaxHubBatch) return refuse(malformed("too many in one frame"));
  messages_.push_back(std::move(message_));
  return true;
}

bool FrameReader::start_array(std::size_t) {
  if (!enter()) return false;
  if (opened_inside(json::value_t::array)) return true;
  switch (place_) {
    case Place::top:
      if (!batches_) return refuse(malformed("must be an object"));
      in_batch_ = true;
      place_ = Place::batch;
      return true;
    case Place::batch:
      return refuse(malformed("must be an object"));
    case Place::message:
      if (field_ == "header" || field_ == "route")
        return refuse(malformed(fmt::format("\"{}\" must be an object", field_)));
      ++skipped_;
      return true;
    case Place::header:
    case Place::route:
      return open_field();
  }
  return false;
}

bool FrameReader::end_array() {
  if (!closed_inside()) place_ = Place::top;
  return true;
}

bool FrameReader::parse_error(std::size_t at, const std::string&, const json::exception& why) {
  if (why.id == kNumberOutOfRange)
    return refuse(
        invalid("NumberTooLarge", "a number in the JSON text is too large: at most 1.8e308 is taken"));
  return refuse(invalid("NoJson", fmt::format("not JSON: error at byte {}", at)));
}

Result<std::vector<HubMessage>> FrameReader::take(bool parsed) {
  if (error_) return std::move(*error_).within("hub message");
  if (!parsed) return malformed("not JSON");
  return std::move(messages_);
}

Result<std::vector<HubMessage>> read(std::string_view frame, bool batches) {
  if (frame.size() > kMaxHubMessageSize) {
    return Error{
        ErrorClass::exhausted, "TooLarge",
        fmt::format("hub message of {} bytes: at most {} are taken", frame.size(), kMaxHubMessageSize)};
  }
  FrameReader reader(batches);
  const bool parsed = json::sax_parse(frame.begin(), frame.end(), &reader);
  return reader.take(parsed);
}

}  // namespace

Result<HubMessage> parse_hub_message(std::string_view text) {
  auto messages = read(text, false);
  if (!messages) return std::move(messages).error();
  return std::move(messages->front());
}

Result<std::vector<HubMessage>> parse_hub_frame(std::string_view text) {
  return read(text, true);
}

}  // namespace hearth::wire
