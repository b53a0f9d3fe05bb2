// Softmax over the last axis, a row at a time while it is in cache. Twin of
// src/ops/fusions.ts.
#include <algorithm>

#include "../kernel.h"
#include "../rows.h"

namespace glia {
namespace {

// Exponentials that are there at once where only their sum is wanted.
constexpr int64_t kExps = 256;

using RowFn = void(const float* x, float* y, int64_t n);

Tasks RowByRow(Call& call, RowFn* fn) {
  const Tensor& x = call.in[0];
  const int64_t n = x.shape.back(), rows = x.Product(0, x.rank() - 1);
  // A row costs more than its size says.
  const int64_t group = UnitsPerBlock(4 * n);
  Task task;
  task.blocks = n > 0 ? CeilDiv(rows, group) : 0;
  task.work = 2.0 * static_cast<double>(rows * n);
  task.run = [=, from = x.data, to = call.out.data](int64_t begin, int64_t end,
                                                    Context&) {
    for (int64_t row = begin * group; row < std::min(end * group, rows); ++row) {
      fn(from + row * n, to + row * n, n);
    }
  };
  return {task};
}

}  // namespace

GLIA_LOOP(SoftmaxRow, (const float* x, float* y, int64_t n), (x, y, n)) {
  const float peak = MaxOf(x, n);
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = Exp(x[i] - peak);
  const auto total = static_cast<float>(SumOf(y, n));
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = y[i] / total;
}

GLIA_LOOP(LogSoftmaxRow, (const float* x, float* y, int64_t n), (x, y, n)) {
  const float peak = MaxOf(x, n);
  double total = 0;
  float exps[kExps];
  for (int64_t at = 0; at < n; at += kExps) {
    const int64_t some = std::min(n - at, kExps);
    for (int64_t i = 0; i < some; ++i) exps[i] = Exp(x[at + i] - peak);
    total += SumOf(exps, some);
  }
  const float log = Log(static_cast<float>(total));
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - peak) - log;
}

GLIA_KERNEL(softmax, "(x)") { return RowByRow(call, SoftmaxRow); }

GLIA_KERNEL(logSoftmax, "(x)") { return RowByRow(call, LogSoftmaxRow); }

}  // namespace glia
