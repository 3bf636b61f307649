// SPDX-License-Identifier: Apache-2.0
// Rows that went, grew or shrank leave pages half empty, which SQLite does not join by itself. When the file holds much more
// pages than its rows need, these move to its end, slice by slice in order, where they lie close; the pages they leave are
// free as a whole and given back by the storage's upkeep.
// Thread: Compaction on the store's strand; pack_slice() on the storage thread.   Errors: SQLite's, as exceptions.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "cloud/api/store/change.hpp"
#include "cloud/api/store/published_objects.hpp"
#include "sdk/store/statements.hpp"

namespace hearth::api {

/// How far one walk over the rows has come.
struct Packing {
  std::int64_t after = 0;  ///< rows up to here have moved
  std::int64_t last =
      0;  ///< rows beyond were written since; 0: it is not yet known whether there is anything to do
  std::uint64_t used = 0;  ///< bytes of pages that are not free
  bool over = false;
};

/// A few milliseconds' work. The first slice only moves something when more than `allowed` bytes are used.
Packing pack_slice(SQLite::Database& database, store::Statements& statements, Packing so_far,
                   std::uint64_t allowed);

class Compaction {
 public:
  /// What rows and their index need at least.
  void load(const Objects& objects);
  /// A slice is due: pack_slice() and then sliced() are to be called, before anything else here but committed().
  bool due() const { return !under_way_ && (!packing_.over || changed_ > worth_a_look()); }
  Packing begin();
  std::uint64_t allowed() const;
  void sliced(const Packing& packing);
  /// It could not be stored; the next change begins anew.
  void failed();

  void committed(const std::vector<ChangePtr>& changes);
  std::uint64_t live_bytes() const { return live_; }

 private:
  std::uint64_t worth_a_look() const;

  std::uint64_t live_ = 0;
  std::uint64_t changed_ = 0;  ///< bytes, since the last look
  double best_ = 1.0;          ///< used to live bytes after the last walk: what rows of this size come to
  bool under_way_ = false;
  Packing packing_;
};

}  // namespace hearth::api
