// A tensor read in the order of another shape: along some axes again and again, or with
// axes swapped.
#pragma once

#include <cstdint>
#include <vector>

namespace glia {

// Programs with tensors of more axes are refused.
constexpr int kMaxRank = 32;

class Strided {
 public:
  // Element (i0, i1, ...) of `dims` lies at the sum of index times stride; a stride of 0
  // repeats.
  Strided(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides);

  // Elements lie one after the other.
  bool contiguous() const {
    return dims_.empty() || (dims_.size() == 1 && strides_[0] == 1);
  }
  // Every element is the same one.
  bool uniform() const {
    return dims_.empty() || (dims_.size() == 1 && strides_[0] == 0);
  }

  // Copies elements [first, first + n) of the walk to y.
  void Read(const float* x, int64_t first, int64_t n, float* y) const;

 private:
  // Axes that a single stride walks through are merged, axes of 1 left out.
  std::vector<int64_t> dims_, strides_;
};

// Row-major strides.
std::vector<int64_t> StridesOf(const std::vector<int64_t>& shape);

// Strides with which a tensor of shape `from` is read as if it had shape `to`.
std::vector<int64_t> BroadcastStrides(const std::vector<int64_t>& from,
                                      const std::vector<int64_t>& to);

constexpr int kNowhere = -1;

// Distance of two rows of `columns` elements where element (row, column) of a walk lies
// at row times that plus column, or kNowhere where it does not.
int64_t RowStride(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides,
                  int64_t columns);

}  // namespace glia
