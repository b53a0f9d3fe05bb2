// Random numbers. Twin of src/ops/random.ts.
#include <algorithm>

#include "../kernel.h"
#include "../philox.h"

namespace glia {
namespace {

// Enough for the compiler to make loops over lanes into vectors instead of unrolling
// them.
constexpr int kLanes = 64;

GLIA_INLINE float ToUniform(uint32_t word) {
  return static_cast<float>(static_cast<int32_t>(word >> 8)) * 0x1p-24f;
}

}  // namespace

// y[0..n) from the Philox blocks that start at `block`; a block gives four elements.
GLIA_LOOP(FillUniform,
          (float* y, int64_t n, int64_t block, int32_t step, uint32_t key0,
           uint32_t key1),
          (y, n, block, step, key0, key1)) {
  for (int64_t at = 0; at < n; at += 4 * kLanes, block += kLanes) {
    uint32_t words[4][kLanes];
    for (int i = 0; i < kLanes; ++i) {
      words[0][i] = static_cast<uint32_t>(block + i);
      words[1][i] = 0;
      words[2][i] = static_cast<uint32_t>(step);
      words[3][i] = 0;
    }
    Philox(words, key0, key1);
    float values[4 * kLanes];
    for (int i = 0; i < kLanes; ++i) {
      values[4 * i] = ToUniform(words[0][i]);
      values[4 * i + 1] = ToUniform(words[1][i]);
      values[4 * i + 2] = ToUniform(words[2][i]);
      values[4 * i + 3] = ToUniform(words[3][i]);
    }
    std::copy_n(values, std::min<int64_t>(n - at, 4 * kLanes), y + at);
  }
}

GLIA_KERNEL(uniform, "(step:i32; shape, key0, key1)") {
  call.attrs.List();
  const auto key0 = static_cast<uint32_t>(call.attrs.Integer());
  const auto key1 = static_cast<uint32_t>(call.attrs.Integer());
  const int32_t* step = call.in[0].ints();
  float* y = call.out.data;
  const int64_t n = call.out.size();
  Task task;
  task.blocks = CeilDiv(n, kBlock);
  task.work = static_cast<double>(n);
  task.run = [=](int64_t begin, int64_t end, Context&) {
    const int64_t first = begin * kBlock, last = std::min(end * kBlock, n);
    FillUniform(y + first, last - first, first / 4, *step, key0, key1);
  };
  return {task};
}

}  // namespace glia
