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
  // Values are taken for matrices of `columns` columns.
  RegionPlan(const Region& region, int64_t columns);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t size() const { return rows_ * columns_; }
  // Every value lies in memory as one row, or is one number.
  bool flat() const { return flat_; }
  // Floats of scratch memory.
  int64_t scratch() const { return tiles_ * kTile + table_; }
  // Estimate for all of it on one thread, in nanoseconds.
  double work() const;
  void Run(const Rect& rect, float* scratch) const;

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
    TileFn* fn;
    int args[kMaxArgs];
    int count, result;
  };
  struct Constant {
    int value;
    const float* copies;
  };
  struct Copy {
    int from;
    float* data;
  };

  void PlaceInputs(const Region& region);
  void PlaceResults(const Region& region);
  float* TileOf(int value, float* scratch) const {
    return scratch + table_ + tile_[value] * kTile;
  }
  void RunTile(Operand* at, float* scratch, const Rect& tile) const;
  void CopyTile(const Copy& copy, const Operand* at, const Rect& tile) const;

  int64_t rows_, columns_;
  bool flat_ = true;
  // Floats that the table of operands takes at the start of scratch, and tiles behind it.
  int64_t table_ = 0, tiles_ = 0;
  // Tile of scratch that a value lies in, or kNowhere.
  std::vector<int> tile_;
  std::vector<Moving> moving_;
  std::vector<Constant> constants_;
  std::vector<Expanded> uniform_, expanded_;
  std::vector<Op> ops_;
  // Outputs that no op writes by itself: inputs handed through, and further outputs of
  // one value.
  std::vector<Copy> handed_, doubled_;
};

}  // namespace glia
