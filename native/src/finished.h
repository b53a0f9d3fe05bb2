// A region that a product can do by itself.
#pragma once

#include <optional>

#include "gemm.h"
#include "region.h"

namespace glia {

struct Finished {
  // For the output as a whole.
  Finish by;
  // Where sums, or what comes of them, are stored, instead of in the output.
  float* to;
};

// `region` follows on `out`, a matrix of `columns` columns.
std::optional<Finished> FinishOf(const Region& region, const Tensor& out,
                                 int64_t columns);

}  // namespace glia
