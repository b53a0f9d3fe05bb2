// Whether all numbers are below a power of two. Twin of src/ops/faults.ts.
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "../kernel.h"

namespace glia {
namespace {

// Sixteen tensors, and what was found in those before them.
constexpr int kInputs = 17;

constexpr int kMantissa = 23;
constexpr int kBias = 127;
constexpr int32_t kExponent = 0x7f800000;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Piece {
  const int32_t* data;
  int64_t size;
};

}  // namespace

// 0 where the bits of all exponents in the pieces are below the limit, else NaN. Of
// numbers that are not finite all are set.
GLIA_LOOP(LookAt, (const Piece* pieces, int64_t count, int32_t limit, float* y),
          (pieces, count, limit, y)) {
  int32_t largest = 0;
  for (int64_t k = 0; k < count; ++k) {
    const auto [x, n] = pieces[k];
    for (int64_t i = 0; i < n; ++i) largest = std::max(largest, x[i] & kExponent);
  }
  *y = largest < limit ? 0.0f : kNaN;
}

GLIA_KERNEL(faults,
            "(x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, "
            "before; exponent)") {
  const auto limit = static_cast<int32_t>(call.attrs.Integer() + kBias) << kMantissa;
  std::vector<Piece> pieces;
  int64_t size = 0;
  for (int input = 0; input < kInputs; ++input) {
    const Tensor& x = call.in[input];
    size += x.size();
    for (int64_t at = 0; at < x.size(); at += kBlock)
      pieces.push_back({x.ints() + at, std::min(kBlock, x.size() - at)});
  }
  const auto count = static_cast<int64_t>(pieces.size());
  float* y = call.out.data;
  // One block where that is little work.
  if (size <= kBlock) {
    Task task;
    task.run = [=, pieces = std::move(pieces)](int64_t, int64_t, Context&) {
      LookAt(pieces.data(), count, limit, y);
    };
    return {task};
  }
  const auto found = std::make_shared<std::vector<float>>(pieces.size());
  Task look, gather;
  look.blocks = count;
  look.run = [=, pieces = std::move(pieces)](int64_t begin, int64_t end, Context&) {
    for (int64_t k = begin; k < end; ++k)
      LookAt(&pieces[static_cast<size_t>(k)], 1, limit, found->data() + k);
  };
  gather.run = [=](int64_t, int64_t, Context&) {
    *y = 0;
    for (const float one : *found) *y += one;
  };
  return {look, gather};
}

}  // namespace glia
