// Elementwise ops that run together, tile by tile, so that what passes between them stays
// in the first-level cache.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"

namespace glia {

// A region with its tensors in place. Values are numbered: first the inputs, then the
// result of each op.
struct Region {
  struct Input {
    const float* data;
    std::vector<int64_t> strides;
  };
  struct Op {
    TileFn* fn;
    std::vector<int> args;
  };
  struct Output {
    float* data;
    int value;
  };

  std::vector<int64_t> dims;
  std::vector<Input> inputs;
  std::vector<Op> body;
  std::vector<Output> outputs;
};

Task RunRegion(const Region& region);

}  // namespace glia
