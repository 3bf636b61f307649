// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/disk.hpp"

#include <algorithm>

namespace hearth::sim {

void DiskFile::apply(std::string& image, const Change& change, std::size_t bytes) {
  if (change.cut_to) {
    image.resize(std::min(image.size(), *change.cut_to));
    return;
  }
  if (image.size() < change.offset + bytes) image.resize(change.offset + bytes);
  std::copy_n(change.bytes.begin(), bytes, image.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

Disk::FilePtr Disk::open(const std::string& name, bool create) {
  if (const auto found = files_.find(name); found != files_.end()) return found->second;
  if (!create || may_write(true) != Io::ok) return nullptr;
  return files_[name] = std::make_shared<DiskFile>();
}

Io Disk::remove(const std::string& name) {
  const auto allowed = may_write(false);
  if (allowed == Io::ok) files_.erase(name);
  return allowed;
}

Io Disk::write(DiskFile& file, std::size_t offset, std::string_view bytes) {
  const auto allowed = may_write(offset + bytes.size() > file.now_.size());
  if (allowed != Io::ok) return allowed;
  file.pending_.push_back({offset, std::string(bytes), std::nullopt});
  DiskFile::apply(file.now_, file.pending_.back(), bytes.size());
  bytes_written_ += bytes.size();
  return Io::ok;
}

Io Disk::truncate(DiskFile& file, std::size_t size) {
  const auto allowed = may_write(false);
  if (allowed != Io::ok) return allowed;
  file.pending_.push_back({0, {}, size});
  DiskFile::apply(file.now_, file.pending_.back(), 0);
  return Io::ok;
}

Io Disk::sync(DiskFile& file) {
  if (stopped() || fault_ == DiskFault::broken) return Io::failed;
  for (const auto& change : file.pending_)
    DiskFile::apply(file.durable_, change, change.bytes.size());
  file.pending_.clear();
  file.durable_name_ = true;
  return Io::ok;
}

Io Disk::may_write(bool grows) {
  if (stopped() || fault_ == DiskFault::broken) return Io::failed;
  if (fault_ == DiskFault::full && grows) return Io::full;
  if (writes_left_) --*writes_left_;
  return Io::ok;
}

// Each cut is of one kind: all that was not synced is gone, all of it got through, or some of it, torn by sectors.
void Disk::restart_after_power_cut(Random& random) {
  writes_left_.reset();
  const double kept = std::vector<double>{0.0, 0.5, 1.0}[random.below(3)];
  for (auto& [name, file] : files_) {
    for (const auto& change : file->pending_) {
      if (!random.chance(kept)) continue;
      const auto sectors = (change.bytes.size() + kSector - 1) / kSector;
      const bool torn = kept < 1 && random.chance(0.5);
      const auto bytes = torn ? random.below(sectors + 1) * kSector : change.bytes.size();
      DiskFile::apply(file->durable_, change, std::min<std::size_t>(bytes, change.bytes.size()));
    }
    file->pending_.clear();
    file->now_ = file->durable_;
  }
  std::erase_if(files_, [&](const auto& entry) { return !entry.second->durable_name_ && kept < 1; });
}

}  // namespace hearth::sim
