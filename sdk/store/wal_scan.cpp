// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/wal_scan.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

namespace hearth::store {
namespace {

constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit says whether checksums are of big-endian words

constexpr std::size_t kLargestPage = 65536;

using Bytes = std::vector<unsigned char>;

std::uint32_t big_endian(const unsigned char* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

std::uint32_t little_endian(const unsigned char* at) {
  return std::uint32_t{at[3]} << 24 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[1]} << 8 | at[0];
}

/// SQLite's running checksum: each frame's continues the one before.
struct Checksum {
  bool big = false;
  std::uint32_t s0 = 0;
  std::uint32_t s1 = 0;

  void add(const unsigned char* data, std::size_t size) {
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      s0 += word(data + i) + s1;
      s1 += word(data + i + 4) + s0;
    }
  }
  bool is(const unsigned char* stored) const {
    return big_endian(stored) == s0 && big_endian(stored + 4) == s1;
  }

 private:
  std::uint32_t word(const unsigned char* at) const { return big ? big_endian(at) : little_endian(at); }
};

/// 0: the file says nothing that could be one. SQLite writes 1 for 65536.
std::size_t page_size_of(const std::filesystem::path& database) {
  std::ifstream in(database, std::ios::binary);
  Bytes header(18);
  if (!in.read(reinterpret_cast<char*>(header.data()), static_cast<std::streamsize>(header.size()))) return 0;
  const std::size_t size = std::size_t{header[16]} << 8 | header[17];
  return size == 1 ? kLargestPage : size;
}

bool is_page_size(std::size_t size) {
  return size >= 512 && size <= kLargestPage && (size & (size - 1)) == 0;
}

class Log {
 public:
  /// Where its own header is damaged, the database tells the size of pages, and the first frame the round.
  Log(const std::filesystem::path& file, const std::filesystem::path& database)
      : in_(file, std::ios::binary) {
    Bytes header(kHeaderSize);
    if (!read(header)) return;
    sum_.big = (big_endian(header.data()) & 1U) != 0;
    sum_.add(header.data(), 24);
    intact_ = (big_endian(header.data()) & ~1U) == kMagic && sum_.is(&header[24]);
    page_size_ = intact_ ? big_endian(&header[8]) : page_size_of(database);
    if (!is_page_size(page_size_)) page_size_ = 0;
    if (intact_) salt_.assign(&header[16], &header[24]);
  }

  /// The next frame of this round, whole or not. What an older round has left behind is passed over.
  std::optional<Bytes> next() {
    Bytes frame(kFrameHeaderSize + page_size_);
    while (page_size_ != 0 && read(frame)) {
      if (salt_.empty()) salt_.assign(&frame[8], &frame[16]);
      if (std::equal(salt_.begin(), salt_.end(), &frame[8])) return frame;
      intact_ = false;
    }
    return std::nullopt;
  }

  /// Whether this frame and all before it are whole.
  bool intact(const Bytes& frame) {
    sum_.add(frame.data(), 8);
    sum_.add(&frame[kFrameHeaderSize], page_size_);
    intact_ = intact_ && sum_.is(&frame[16]);
    return intact_;
  }

 private:
  bool read(Bytes& into) {
    return static_cast<bool>(
        in_.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size())));
  }

  std::ifstream in_;
  std::size_t page_size_ = 0;
  Bytes salt_;
  Checksum sum_;
  bool intact_ = false;
};

}  // namespace

std::uint64_t lost_commits(const std::filesystem::path& wal, const std::filesystem::path& database) {
  Log log(wal, database);
  std::uint64_t behind = 0;  // commits at or behind the first damaged frame
  bool frames_after = false;
  while (const auto frame = log.next()) {
    if (log.intact(*frame)) continue;
    const bool ends_a_commit = big_endian(&(*frame)[4]) != 0;
    frames_after = !ends_a_commit;
    if (ends_a_commit) ++behind;
  }
  // Another transaction had begun, so that the last one in full was on the disk before.
  if (frames_after) return behind;
  return behind == 0 ? 0 : behind - 1;
}

}  // namespace hearth::store
