// What a product does with its sums, for `gemm_tiles.h` and in terms of its `Simd`.
#include <cstdint>

#include "gemm.h"
#include "kernels/elements.h"

namespace glia {
namespace {

// Loops over the lanes of a register. The compiler must not unroll them before it makes
// them one instruction.
#define GLIA_LANES _Pragma("GCC unroll 1")

constexpr int kLanes = Simd::kLanes;

// What becomes of sums before they are stored: nothing.
struct AsTheyAre {
  AsTheyAre() = default;
  AsTheyAre(const Gemm&, int64_t, int64_t) {}
  // What the rows of a tile need of it, as a copy.
  AsTheyAre Rows() const { return {}; }
  // Called for each row of b; when rows of c are stored; and in the end.
  void Step() {}
  void Down(int64_t) {}
  void End() {}
  float Of(float sum, int, int) const { return sum; }
  template <bool kWhole>
  Simd::V Of(Simd::V sum, int, int) const {
    return sum;
  }
};

// They go through an op.
template <float (*kElement)(float, float)>
class Through {
 public:
  // For sums from that row and column on.
  Through(const Gemm& g, int64_t row, int64_t column)
      : other_(g.finish.other + row * g.finish.ld + column), ld_(g.finish.ld) {}

  Through Rows() const { return *this; }
  void Step() {}
  void Down(int64_t rows) { other_ += rows * ld_; }
  void End() {}

  float Of(float sum, int i, int j) const { return kElement(sum, other_[i * ld_ + j]); }

  // From column j of the first row on: `count` lanes, where not all are there.
  template <bool kWhole>
  GLIA_INLINE Simd::V Of(Simd::V sum, int j, int count) const {
    const float* other = other_ + j;
    // No memory: the compiler sees the vectors in them.
    float x[kLanes], y[kLanes], z[kLanes];
    Simd::Store(x, sum);
    Simd::Store(y, kWhole ? Simd::Load(other) : Simd::LoadFirst(other, count));
    GLIA_LANES
    for (int lane = 0; lane < kLanes; ++lane) z[lane] = kElement(x[lane], y[lane]);
    return Simd::Load(z);
  }

 private:
  const float* other_;
  int64_t ld_;
};

// They are gradients, by which parameters take a step of Adam: a vector at a time,
// between the multiplications for the next rows, when the divider has nothing else to do.
// A row of c is no longer than a panel, so that gradients lie one behind the other.
class Updating : public AsTheyAre {
 public:
  Updating(const Gemm& g, int64_t row, int64_t column)
      : AsTheyAre(g, row, column),
        n_(g.n),
        p_(g.finish.adam.p),
        m_(g.finish.adam.m),
        v_(g.finish.adam.v),
        g_(g.c) {
    for (int k = 0; k < 6; ++k) numbers_[k] = *g.finish.adam.numbers[k];
  }

  GLIA_INLINE void Step() {
    if (done_ + kLanes > ready_) return;
    Update<true>(kLanes);
    done_ += kLanes;
  }

  void Down(int64_t rows) {
    while (done_ + kLanes <= ready_) Step();
    ready_ += rows * n_;
  }

  void End() {
    Down(0);
    if (done_ < ready_) Update<false>(static_cast<int>(ready_ - done_));
  }

 private:
  template <bool kWhole>
  GLIA_INLINE void Update(int count) {
    // No memory: the compiler sees the vectors in them.
    float p[kLanes], m[kLanes], v[kLanes], g[kLanes];
    const auto load = [this, count](const float* x, float* to) {
      Simd::Store(to, kWhole ? Simd::Load(x + done_) : Simd::LoadFirst(x + done_, count));
    };
    load(p_, p);
    load(m_, m);
    load(v_, v);
    load(g_, g);
    GLIA_LANES
    for (int lane = 0; lane < kLanes; ++lane) {
      const ResultsOf3 next =
          Adam(p[lane], m[lane], v[lane], g[lane], numbers_[0], numbers_[1], numbers_[2],
               numbers_[3], numbers_[4], numbers_[5]);
      m[lane] = next[0];
      v[lane] = next[1];
      p[lane] = next[2];
    }
    const auto store = [this, count](float* y, const float* from) {
      if (kWhole) {
        Simd::Store(y + done_, Simd::Load(from));
      } else {
        Simd::StoreFirst(y + done_, Simd::Load(from), count);
      }
    };
    store(p_, p);
    store(m_, m);
    store(v_, v);
  }

  const int64_t n_;
  float *const p_, *const m_, *const v_;
  const float* const g_;
  float numbers_[6];
  // Gradients that have been made use of, and those that there are.
  int64_t done_ = 0, ready_ = 0;
};

}  // namespace
}  // namespace glia
