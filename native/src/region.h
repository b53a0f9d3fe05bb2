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
    const Tensor* tensor;
    std::vector<int64_t> strides;
  };
  struct Op {
    TileFn* fn;
    std::vector<int> args;
  };
  struct Output {
    const Tensor* tensor;
    int value;
  };

  std::vector<int64_t> dims;
  std::vector<Input> inputs;
  std::vector<Op> body;
  std::vector<Output> outputs;
};

// A region as a task of its own.
Task RunRegion(const Region& region);

// Lets a region of the shape of a task's output run on each of its blocks when that is
// finished and still in cache.
Task FollowedBy(Task task, const Tensor& out, const Region& region);

}  // namespace glia
