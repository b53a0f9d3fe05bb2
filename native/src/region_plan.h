// A region made ready to run on rectangles of the matrix that its values are.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"
#include "region.h"
#include "strided.h"

namespace glia {

class RegionPlan {
 public:
  // Values are taken for matrices of `columns` columns. What lies at `block` is handed to
  // each run instead.
  RegionPlan(const Region& region, int64_t columns, const float* block = nullptr);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t size() const { return rows_ * columns_; }
  // Every value lies in memory as one row, or is one number.
  bool flat() const { return flat_; }
  // Floats of scratch memory.
  int64_t scratch() const { return tiles_ * kTile + table_; }
  // Estimate for all of it on one thread, in nanoseconds.
  double work() const;
  // `block` holds the rectangle's elements of the value that is handed over, row by row.
  void Run(const Rect& rect, float* scratch, const float* block = nullptr) const;

 private:
  // A value that an address follows from row and column of.
  struct Moving {
    int value;
    float* data;
    int64_t ld;
  };
  // A value that each tile of is written out.
  struct Expanded {
    int value;
    const float* data;
    Strided from;
  };
  struct Op {
    const Elementwise* fn;
    int args[kMaxArgs];
    // The first of its results.
    int first;
  };
  // A value that is read where it lies, again and again.
  struct Uniform {
    int value;
    const float* data;
  };
  struct Copy {
    int from;
    float* data;
  };

  void PlaceInputs(const Region& region, const float* block);
  void FixPlaces();
  void PlaceResults(const Region& region);
  float* TileOf(int value, float* scratch) const {
    return scratch + table_ + tile_[value] * kTile;
  }
  void RunTile(Operand* at, float* scratch, const Rect& tile) const;
  void CopyTile(const Copy& copy, const Operand* at, const Rect& tile) const;

  int64_t rows_, columns_;
  bool flat_ = true;
  // An op reads copies of a number, of which there are kTile.
  bool copies_ = false;
  // Floats that the table of operands takes at the start of scratch, and tiles behind it.
  int64_t table_ = 0, tiles_ = 0;
  // Tile of scratch that a value lies in, or kNowhere.
  std::vector<int> tile_;
  std::vector<Moving> moving_;
  std::vector<Uniform> numbers_;
  // Values of the block that is handed over.
  std::vector<int> handed_over_;
  std::vector<Expanded> uniform_, expanded_;
  std::vector<Op> ops_;
  // Where every value lies if a run covers all of it and needs no scratch memory: nothing
  // is left to work out then.
  std::vector<Operand> fixed_;
  // Outputs that no op writes by itself: inputs handed through, and further outputs of
  // one value.
  std::vector<Copy> handed_, doubled_;
};

}  // namespace glia
