// A region that a product can do by itself: an elementwise op of its sums and of one more
// tensor, before they are stored.
#pragma once

#include <optional>

#include "gemm.h"
#include "region.h"

namespace glia {

struct Finished {
  // Its second input as it lies beside the whole output.
  Finish by;
  // Where what comes of it goes, instead of the output.
  float* to;
};

// `region` follows on `out`, a matrix of `columns` columns.
std::optional<Finished> FinishOf(const Region& region, const Tensor& out,
                                 int64_t columns);

}  // namespace glia
