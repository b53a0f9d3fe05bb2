// Elementwise ops that run together, tile by tile, so that what passes between them stays
// in the first-level cache.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"

namespace glia {

// A region with its tensors in place. Values are numbered: first the inputs, then the
// results of each op.
struct Region {
  struct Input {
    const Tensor* tensor;
    std::vector<int64_t> strides;
  };
  struct Op {
    const char* name;
    const Elementwise* fn;
    std::vector<int> args;
    int results;
  };
  struct Output {
    const Tensor* tensor;
    int value;
  };

  std::vector<int64_t> dims;
  std::vector<Input> inputs;
  std::vector<Op> body;
  std::vector<Output> outputs;

  int64_t size() const {
    int64_t product = 1;
    for (int64_t dim : dims) product *= dim;
    return product;
  }
  size_t values() const {
    size_t count = inputs.size();
    for (const Op& op : body) count += static_cast<size_t>(op.results);
    return count;
  }
};

// A region as a task of its own.
Task RunRegion(const Region& region);

// Lets a region of the shape of a task's output run on each of its blocks when that is
// finished and still in cache.
Task FollowedBy(Task task, const Tensor& out, const Region& region);

}  // namespace glia
