// Kernels that move numbers and compute nothing. Twin of src/ops/movement.ts and of
// expand in src/ops/reduce.ts.
#include <algorithm>
#include <utility>

#include "../kernel.h"
#include "../strided.h"

namespace glia {
namespace {

// y = x read with `strides`.
Tasks ReadStrided(const float* x, const Tensor& y, const std::vector<int64_t>& strides) {
  const int64_t n = y.size();
  Task task;
  task.blocks = CeilDiv(n, kBlock);
  task.run = [x, n, to = y.data, from = Strided(y.shape, strides)](
                 int64_t begin, int64_t end, Context&) {
    const int64_t first = begin * kBlock;
    from.Read(x, first, std::min(end * kBlock, n) - first, to + first);
  };
  return {task};
}

}  // namespace

GLIA_KERNEL(expand, "(x; shape)") {
  const Tensor& x = call.in[0];
  return ReadStrided(x.data, call.out, BroadcastStrides(x.shape, call.out.shape));
}

GLIA_KERNEL(transpose, "(x; perm)") {
  const Tensor& x = call.in[0];
  const std::vector<int64_t> strides = StridesOf(x.shape);
  std::vector<int64_t> order;
  for (int64_t axis : call.attrs.List()) order.push_back(strides[axis]);
  return ReadStrided(x.data, call.out, order);
}

GLIA_KERNEL(slice, "(x; starts, sizes)") {
  const Tensor& x = call.in[0];
  const std::vector<int64_t> strides = StridesOf(x.shape);
  const std::vector<int64_t> starts = call.attrs.List();
  int64_t offset = 0;
  for (size_t axis = 0; axis < starts.size(); ++axis)
    offset += starts[axis] * strides[axis];
  return ReadStrided(x.data + offset, call.out, strides);
}

// Row by row of y, where a row runs along the last axis.
GLIA_KERNEL(pad, "(x; before, after)") {
  Tensor x = call.in[0], y = call.out;
  std::vector<int64_t> before = call.attrs.List();
  if (y.rank() == 0) {
    x.shape = y.shape = {1};
    before = {0};
  }
  const int last = y.rank() - 1;
  const int64_t width = y.shape[last], rows = y.Product(0, last);
  const int64_t group = UnitsPerBlock(width);
  Task task;
  task.blocks = width > 0 ? CeilDiv(rows, group) : 0;
  task.run = [=](int64_t begin, int64_t end, Context&) {
    for (int64_t row = begin * group; row < std::min(end * group, rows); ++row) {
      float* to = y.data + row * width;
      int64_t rest = row, from = 0, stride = 1;
      bool inside = true;
      for (int axis = last - 1; axis >= 0; --axis) {
        const int64_t index = rest % y.shape[axis] - before[axis];
        rest /= y.shape[axis];
        inside = inside && index >= 0 && index < x.shape[axis];
        from += index * stride;
        stride *= x.shape[axis];
      }
      std::fill_n(to, width, 0.0f);
      const int64_t n = x.shape[last];
      if (inside) std::copy_n(x.data + from * n, n, to + before[last]);
    }
  };
  return {task};
}

// A row is what lies side by side from `axis` on.
GLIA_KERNEL(concat, "(a, b; axis)") {
  const int axis = static_cast<int>(call.attrs.Integer());
  const Tensor &a = call.in[0], &b = call.in[1];
  const int64_t na = a.Product(axis, a.rank()), nb = b.Product(axis, b.rank());
  const int64_t rows = a.Product(0, axis), group = UnitsPerBlock(na + nb);
  Task task;
  task.blocks = CeilDiv(rows, group);
  task.run = [=, xa = a.data, xb = b.data, y = call.out.data](int64_t begin, int64_t end,
                                                              Context&) {
    for (int64_t row = begin * group; row < std::min(end * group, rows); ++row) {
      float* to = y + row * (na + nb);
      std::copy_n(xb + row * nb, nb, std::copy_n(xa + row * na, na, to));
    }
  };
  return {task};
}

}  // namespace glia
