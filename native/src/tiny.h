// Work on tensors of so few elements that each fits one vector register. Where elements
// come from is tabled once, so that any transposition, broadcast or sum is a permutation.
#pragma once

#include <cstdint>

#include "kernel.h"

namespace glia {

// Index of the element that each of kVector results takes; 0 where there is none.
struct alignas(64) Lanes {
  int32_t at[kVector] = {};
};

// Whether a tensor fits.
inline bool IsTiny(const Tensor& tensor) {
  return tensor.size() <= kVector && tensor.room >= kVector;
}

// y[i] = x[lanes[i]]
using TinyPermute = void(const float* x, const Lanes& lanes, float* y);
// y[i] = factor · sum over p of x[lanes[p][i]], in float64, for so many results
using TinySum = void(const float* x, const Lanes* lanes, int64_t terms, int64_t results,
                     double factor, float* y);
// y[i] = sum over p of a[ai[p][i]] · b[bi[p][i]]
using TinyProduct = void(const float* a, const Lanes* ai, const float* b, const Lanes* bi,
                         int64_t terms, float* y);

extern TinyPermute* const PermuteTiny;
extern TinySum* const SumTiny;
extern TinyProduct* const MultiplyTiny;

}  // namespace glia
