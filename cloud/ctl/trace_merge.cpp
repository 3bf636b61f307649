// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/trace_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::ctl {
namespace {

using kube::string_at;

/// The rings behind /trace hold 1,024 events each; no report is forgotten before they forget it.
constexpr std::size_t kMaxChains = 2048;
constexpr std::size_t kMaxEventsOfChain = 64;
constexpr std::size_t kMaxRecent = 256;
/// How long a value that the watch has shown and that was replaced may wait for its report's step 8.
constexpr std::chrono::seconds kRecent{5};
constexpr int kPatched = 8;

bool before(const TraceEvent& a, const TraceEvent& b) {
  return std::tie(a.step, a.time) < std::tie(b.step, b.time);
}

bool same(const TraceEvent& a, const TraceEvent& b) {
  return a.step == b.step && a.time == b.time && a.text == b.text;
}

bool ends_word(const std::string& text, std::size_t at) {
  return at >= text.size() || text[at] == ' ' || text[at] == ',' || text[at] == ';' || text[at] == ')';
}

bool begins_word(const std::string& text, std::size_t at) {
  return at == 0 || text[at - 1] == ' ' || text[at - 1] == '(' || text[at - 1] == ',';
}

double milliseconds(WallTime from, WallTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

std::string clock_text(WallTime time) {
  constexpr std::size_t kDate = 11;  // "2026-01-01T"
  auto text = to_rfc3339_micro(time).substr(kDate);
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

/// fmt pads by code points, so that the arrows do no harm.
std::string step_line(const TraceEvent& event, std::optional<WallTime> previous) {
  const auto since =
      previous ? fmt::format("{:+.1f} ms", milliseconds(*previous, event.time)) : std::string();
  return fmt::format("  {}  {}  {:>10}  {:<18}  {}\n", event.step, clock_text(event.time), since,
                     step_name(event.step), event.text);
}

}  // namespace

std::string_view step_name(int step) {
  static constexpr std::array<std::string_view, kLastStep + 1> kNames{
      "",         "mapper→Mosquitto", "EventBus",          "→DeviceTwin", "SQLite",
      "→EdgeHub", "CloudHub",         "→DeviceController", "API patch",   "user"};
  if (step < 1 || step > kLastStep) return "other";
  return kNames[static_cast<std::size_t>(step)];
}

std::optional<TraceEvent> parse_trace_event(std::string_view line) {
  const auto document = kube::parse_json(line);
  if (!document || !document->is_object()) return std::nullopt;
  const auto time = parse_rfc3339(string_at(*document, "time"));
  const auto step = document->find("step");
  if (!time || step == document->end() || !step->is_number_integer()) return std::nullopt;
  TraceEvent event;
  event.time = *time;
  event.step = static_cast<int>(std::clamp<std::int64_t>(step->get<std::int64_t>(), -1, 1000));
  event.device = string_at(*document, "device");
  event.event_id = string_at(*document, "eventId");
  event.text = string_at(*document, "text");
  if (event.event_id.empty()) return std::nullopt;
  return event;
}

bool Chain::has(int step) const {
  return std::any_of(events.begin(), events.end(), [step](const auto& event) { return event.step == step; });
}

std::vector<int> Chain::missing(int step) const {
  std::vector<int> absent;
  for (int wanted = 1; wanted <= step; ++wanted) {
    if (!has(wanted)) absent.push_back(wanted);
  }
  return absent;
}

bool Chain::mentions(const std::string& property, const std::string& value) const {
  const auto phrase = property + "=" + value;
  return std::any_of(events.begin(), events.end(), [&](const auto& event) {
    for (auto at = event.text.find(phrase); at != std::string::npos; at = event.text.find(phrase, at + 1)) {
      if (begins_word(event.text, at) && ends_word(event.text, at + phrase.size())) return true;
    }
    return false;
  });
}

std::string print_chain(const Chain& chain, const std::string& device) {
  if (chain.events.empty()) return {};
  const auto [first, last] = std::minmax_element(
      chain.events.begin(), chain.events.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  auto out =
      fmt::format("{}  event {}  {:.1f} ms\n", device, chain.event_id, milliseconds(first->time, last->time));
  std::optional<WallTime> previous;
  for (const auto& event : chain.events) {
    out += step_line(event, previous);
    previous = event.time;
  }
  return out;
}

void TraceMerge::add_line(std::string_view line, WallTime now) {
  auto event = parse_trace_event(line);
  if (!event) {
    ++ignored_;
    return;
  }
  add(std::move(*event), now);
}

void TraceMerge::add(TraceEvent event, WallTime now) {
  auto& into = entry(event.event_id);
  auto& events = into.chain.events;
  const bool known = std::any_of(events.begin(), events.end(), [&](const auto& e) { return same(e, event); });
  if (known || events.size() >= kMaxEventsOfChain) return;
  events.insert(std::upper_bound(events.begin(), events.end(), event, before), std::move(event));
  into.touched = now;
  look_back(into, now);
}

void TraceMerge::observe(const std::string& property, const std::string& value, WallTime now) {
  const Seen seen{property, value, now};
  shows_[property] = seen;
  recent_.push_back(seen);
  if (recent_.size() > kMaxRecent) recent_.pop_front();
  // The newest report that says so is the one that is seen; an older one of the same value was seen before.
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (!entry->chain.has(kPatched) || !entry->chain.mentions(property, value)) continue;
    if (!entry->chain.has(kLastStep)) add_seen(*entry, seen, now);
    return;
  }
}

std::vector<Chain> TraceMerge::take_complete(int step) {
  std::vector<Chain> complete;
  for (auto& entry : entries_) {
    if (entry.printed || !entry.chain.missing(step).empty()) continue;
    entry.printed = true;
    complete.push_back(entry.chain);
  }
  return complete;
}

std::vector<Chain> TraceMerge::take_quiet(WallTime before_then) {
  std::vector<Chain> quiet;
  for (auto& entry : entries_) {
    if (entry.printed || entry.touched > before_then) continue;
    entry.printed = true;
    quiet.push_back(entry.chain);
  }
  return quiet;
}

void TraceMerge::forget() {
  for (auto& entry : entries_)
    entry.printed = true;
}

void TraceMerge::forget_older() {
  for (auto& entry : entries_)
    entry.printed = entry.printed || &entry != &entries_.back();
}

const Chain* TraceMerge::newest_waiting() const {
  const auto found =
      std::find_if(entries_.rbegin(), entries_.rend(), [](const Entry& entry) { return !entry.printed; });
  return found == entries_.rend() ? nullptr : &found->chain;
}

const Chain* TraceMerge::newest() const {
  return entries_.empty() ? nullptr : &entries_.back().chain;
}

std::optional<WallTime> TraceMerge::oldest_waiting() const {
  std::optional<WallTime> oldest;
  for (const auto& entry : entries_) {
    if (!entry.printed && (!oldest || entry.touched < *oldest)) oldest = entry.touched;
  }
  return oldest;
}

TraceMerge::Entry& TraceMerge::entry(const std::string& event_id) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& candidate) {
    return candidate.chain.event_id == event_id;
  });
  if (found != entries_.rend()) return *found;
  if (entries_.size() >= kMaxChains) entries_.pop_front();
  entries_.push_back({Chain{event_id, {}}, {}, false});
  return entries_.back();
}

void TraceMerge::add_seen(Entry& entry, const Seen& seen, WallTime now) {
  TraceEvent event;
  event.step = kLastStep;
  event.time = seen.at;
  event.event_id = entry.chain.event_id;
  event.text = fmt::format("{}={} seen", seen.property, seen.value);
  entry.chain.events.push_back(std::move(event));
  entry.touched = now;
}

/// The watch may have been quicker than the trace: then the value was seen before its step 8 is known here.
void TraceMerge::look_back(Entry& entry, WallTime now) {
  if (!entry.chain.has(kPatched) || entry.chain.has(kLastStep)) return;
  for (auto seen = recent_.rbegin(); seen != recent_.rend() && now - seen->at <= kRecent; ++seen) {
    if (entry.chain.mentions(seen->property, seen->value)) return add_seen(entry, *seen, now);
  }
  for (const auto& [property, seen] : shows_) {
    // A report of a value that is shown already changes nothing that a watch could tell.
    if (entry.chain.mentions(property, seen.value)) return add_seen(entry, {property, seen.value, now}, now);
  }
}

}  // namespace hearth::ctl
