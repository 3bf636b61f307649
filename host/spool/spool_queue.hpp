// SPDX-License-Identifier: Apache-2.0
// The spool's decisions: what is stored, sent, sent again, dropped and deleted, and when. Events have one order, that of
// their sequence numbers; the disk holds all that are not confirmed, memory only those on their way in or out.
// Thread: plain value without I/O and clock, fed by EventSpool.   Errors: what goes lost is counted by reason.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::spool {

struct Event {
  std::uint64_t sequence = 0;  ///< from 1; given when it is to be stored
  std::string id;              ///< its msg_id, the same however often it is sent
  std::int64_t time_ms = 0;    ///< Unix time of its arrival, by this node's clock
  std::string topic;
  std::string payload;
};
using EventPtr = std::shared_ptr<const Event>;

/// What one row costs in SQLite's pages, about; small rows share a page, large ones have pages of their own.
std::uint64_t disk_cost(std::size_t topic_and_payload);

struct SpoolLimits {
  std::uint64_t max_bytes = 64 * 1024 * 1024;                      ///< on disk; beyond it the oldest go
  std::chrono::milliseconds max_age = std::chrono::hours(24 * 7);  ///< older ones go
  std::size_t max_event = 256 * 1024;                              ///< topic and payload of one
  std::size_t unstored_bytes = 1024 * 1024;  ///< waiting for the disk; beyond it the oldest go
  std::size_t window = 64;                   ///< sent and not confirmed
  std::size_t window_bytes = 256 * 1024;     ///< of those; one is always let through
};

/// Neighbours on the disk that are counted and dropped together, so that memory does not grow with the spool.
struct Block {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t bytes = 0;
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
};

/// Builds blocks from events in their order.
class BlockList {
 public:
  explicit BlockList(const SpoolLimits& limits);
  void add(std::uint64_t sequence, std::uint64_t bytes, std::int64_t time_ms);
  std::deque<Block> take() { return std::move(blocks_); }
  std::deque<Block>& blocks() { return blocks_; }
  const std::deque<Block>& blocks() const { return blocks_; }

 private:
  bool joins(const Block& block, std::uint64_t sequence, std::int64_t time_ms) const;

  std::uint64_t max_bytes_;
  std::int64_t max_span_ms_;
  std::deque<Block> blocks_;
};

struct SpoolLosses {
  std::uint64_t full = 0;       ///< the disk's bound
  std::uint64_t aged = 0;       ///< too old
  std::uint64_t unstored = 0;   ///< the disk did not take them in time
  std::uint64_t oversized = 0;  ///< too large to begin with
  std::uint64_t damaged = 0;    ///< were stored, and cannot be read
};

class SpoolQueue {
 public:
  explicit SpoolQueue(SpoolLimits limits);

  /// What lay on the disk at the start. Before that nothing is stored or sent.
  void loaded(std::deque<Block> blocks);

  /// False: too large. Its sequence is given later.
  bool offer(Event event);

  /// Everything that waits for the disk, if nothing is on its way there. Ends with stored().
  std::vector<EventPtr> take_unstored();
  void stored(bool ok);
  /// What may be deleted: everything up to this sequence. Ends with erased().
  std::optional<std::uint64_t> take_erasable();
  void erased(bool ok);

  /// `confirms`: the peer answers each event; else what is sent counts as confirmed.
  void link_up(bool confirms);
  void link_down();
  /// The next event to send, if the window has room; sent() follows if the link took it.
  EventPtr next_to_send() const;
  void sent();
  /// True: it was one of ours.
  bool confirm(std::string_view id);
  /// The peer has been silent for too long: everything unconfirmed is sent again, in order.
  void resend();
  bool awaits_confirmation() const { return !in_flight_.empty(); }

  struct Read {
    std::uint64_t from = 0;
    std::size_t max_events = 0;
    std::size_t max_bytes = 0;
  };
  /// Events that must be read from the disk to go on sending, if none are being read. Ends with read().
  std::optional<Read> take_read();
  void read(std::vector<EventPtr> events, bool ok);

  /// Drops what is too old at this Unix time.
  void expire(std::int64_t now_ms);
  /// When expire() has something to do next.
  std::optional<std::int64_t> next_expiry() const;

  std::uint64_t bytes() const { return disk_bytes_; }
  std::uint64_t events() const;
  const SpoolLosses& losses() const { return losses_; }
  std::uint64_t resent() const { return resent_; }

 private:
  struct InFlight {
    std::uint64_t sequence = 0;
    std::string id;
    std::size_t bytes = 0;
    bool confirmed = false;
  };

  void bound_unstored();
  void bound_disk();
  std::uint64_t drop_oldest_block();
  void forget_through(std::uint64_t sequence);
  void drop_confirmed();
  void skip_missing(std::uint64_t to);
  void rewind();

  SpoolLimits limits_;
  BlockList disk_;
  std::uint64_t disk_bytes_ = 0;
  bool loaded_ = false;

  std::deque<Event> unstored_;
  std::size_t unstored_bytes_ = 0;
  std::vector<EventPtr> storing_;

  std::uint64_t next_ = 1;            ///< for the next event to be stored
  std::uint64_t stored_through_ = 0;  ///< the last one on disk
  std::uint64_t gone_through_ = 0;    ///< the last one confirmed or dropped, with all before it
  std::uint64_t erased_through_ = 0;
  std::optional<std::uint64_t> erasing_;

  bool linked_ = false;
  bool confirms_ = true;
  std::uint64_t cursor_ = 1;     ///< the next one to send
  std::uint64_t sent_high_ = 0;  ///< the last one ever sent
  std::deque<EventPtr> ready_;   ///< from the cursor on
  std::size_t ready_bytes_ = 0;
  std::optional<std::uint64_t> reading_from_;
  std::deque<InFlight> in_flight_;
  std::size_t in_flight_bytes_ = 0;

  SpoolLosses losses_;
  std::uint64_t resent_ = 0;
};

}  // namespace hearth::spool
