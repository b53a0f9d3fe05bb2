// Folds over adjacent axes: x is read as [outer, n, inner] and folded over n. Twin of
// src/ops/reduce.ts, src/ops/extrema.ts and src/ops/root-mean-square.ts.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "../kernel.h"
#include "../rows.h"
#include "../tiny.h"

namespace glia {
namespace {

constexpr int64_t kColumns = 64;

// Columns whose sums registers hold.
constexpr int64_t kInRegisters = 32;

using RowFn = void(const float* x, int64_t n, float* y);
using ColumnFn = void(const float* x, int64_t n, int64_t inner, int64_t columns,
                      float* y);

// Rows that lie side by side; `fold` is as RowFn.
template <typename Fn>
Task FoldRows(const float* x, int64_t rows, int64_t n, float* y, Fn fold) {
  const int64_t group = UnitsPerBlock(n);
  Task task;
  task.blocks = CeilDiv(rows, group);
  task.grid = {1, rows, 1, group};
  task.run = [=](int64_t begin, int64_t end, Context&) {
    for (int64_t row = begin * group; row < std::min(end * group, rows); ++row) {
      fold(x + row * n, n, y + row);
    }
  };
  return task;
}

// Columns, some at a time; a unit of work is up to kColumns columns of one outer index.
Task FoldColumns(const float* x, int64_t outer, int64_t n, int64_t inner, float* y,
                 ColumnFn* fold) {
  const int64_t strips = CeilDiv(inner, kColumns), units = outer * strips;
  const int64_t group = UnitsPerBlock(std::min(inner, kColumns) * n);
  Task task;
  task.blocks = CeilDiv(units, group);
  if (outer == 1) task.grid = {1, inner, 1, group * kColumns};
  task.run = [=](int64_t begin, int64_t end, Context&) {
    for (int64_t unit = begin * group; unit < std::min(end * group, units); ++unit) {
      const int64_t o = unit / strips, first = unit % strips * kColumns;
      fold(x + o * n * inner + first, n, inner, std::min(inner - first, kColumns),
           y + o * inner + first);
    }
  };
  return task;
}

// Sums times a factor, all at once.
Task FoldTinily(const float* x, int64_t outer, int64_t n, int64_t inner, double factor,
                float* y) {
  std::vector<Lanes> terms(static_cast<size_t>(n));
  for (int64_t at = 0; at < outer * inner; ++at) {
    for (int64_t k = 0; k < n; ++k) {
      const int64_t from = (at / inner * n + k) * inner + at % inner;
      terms[static_cast<size_t>(k)].at[at] = static_cast<int32_t>(from);
    }
  }
  Task task;
  task.grid = {1, outer * inner, 1, outer * inner};
  const int64_t results = outer * inner;
  task.run = [=, terms = std::move(terms)](int64_t, int64_t, Context&) {
    SumTiny(x, terms.data(), static_cast<int64_t>(terms.size()), results, factor, y);
  };
  return task;
}

// x as it is folded.
struct Folded {
  int64_t outer, n, inner;
};

Folded FoldedOf(Call& call) {
  const Tensor& x = call.in[0];
  const int axis = static_cast<int>(call.attrs.Integer());
  const int end = axis + static_cast<int>(call.attrs.Integer());
  return {x.Product(0, axis), x.Product(axis, end), x.Product(end, x.rank())};
}

Task Fold(const Call& call, const Folded& by, RowFn* rows, ColumnFn* columns) {
  const auto [outer, n, inner] = by;
  return inner == 1
             ? FoldRows(call.in[0].data, outer, n, call.out.data, rows)
             : FoldColumns(call.in[0].data, outer, n, inner, call.out.data, columns);
}

bool IsTinyFold(const Call& call, const Folded& by) {
  return by.n > 0 && IsTiny(call.in[0]) && IsTiny(call.out);
}

}  // namespace

GLIA_LOOP(SumRow, (const float* x, int64_t n, float* y), (x, n, y)) {
  *y = static_cast<float>(SumOf(x, n));
}

GLIA_LOOP(MeanRow, (const float* x, int64_t n, float* y), (x, n, y)) {
  *y = static_cast<float>(SumOf(x, n) / static_cast<double>(n));
}

GLIA_LOOP(RootMeanSquareRow, (const float* x, int64_t n, double eps, float* y),
          (x, n, eps, y)) {
  *y = static_cast<float>(std::sqrt(SquaresOf(x, n) / static_cast<double>(n) + eps));
}

namespace {

// W columns, whose sums stay in registers.
template <int64_t W>
GLIA_INLINE void SumStrip(const float* x, int64_t n, int64_t inner, double factor,
                          float* y) {
  double sums[W] = {};
  for (int64_t k = 0; k < n; ++k) {
    for (int64_t j = 0; j < W; ++j) sums[j] += static_cast<double>(x[k * inner + j]);
  }
  for (int64_t j = 0; j < W; ++j) y[j] = static_cast<float>(sums[j] * factor);
}

GLIA_INLINE void SumStrips(const float* x, int64_t n, int64_t inner, int64_t columns,
                           double factor, float* y) {
  int64_t j = 0;
  for (; j + kInRegisters <= columns; j += kInRegisters)
    SumStrip<kInRegisters>(x + j, n, inner, factor, y + j);
  for (; j + 8 <= columns; j += 8) SumStrip<8>(x + j, n, inner, factor, y + j);
  for (; j < columns; ++j) SumStrip<1>(x + j, n, inner, factor, y + j);
}

}  // namespace

GLIA_LOOP(SumColumns,
          (const float* x, int64_t n, int64_t inner, int64_t columns, float* y),
          (x, n, inner, columns, y)) {
  SumStrips(x, n, inner, columns, 1, y);
}

GLIA_LOOP(MeanColumns,
          (const float* x, int64_t n, int64_t inner, int64_t columns, float* y),
          (x, n, inner, columns, y)) {
  SumStrips(x, n, inner, columns, 1 / static_cast<double>(n), y);
}

GLIA_LOOP(MaxRow, (const float* x, int64_t n, float* y), (x, n, y)) { *y = MaxOf(x, n); }

GLIA_LOOP(MaxColumns,
          (const float* x, int64_t n, int64_t inner, int64_t columns, float* y),
          (x, n, inner, columns, y)) {
  float largest[kColumns];
  std::fill_n(largest, kColumns, -kInfinity);
  for (int64_t k = 0; k < n; ++k) {
    for (int64_t j = 0; j < columns; ++j)
      largest[j] = Larger(largest[j], x[k * inner + j]);
  }
  std::copy_n(largest, columns, y);
}

// Sums in float64, rows in order, so the result depends on nothing but the numbers and
// the shape.
GLIA_KERNEL(sum, "(x; axis, count)") {
  const Folded by = FoldedOf(call);
  if (IsTinyFold(call, by))
    return {FoldTinily(call.in[0].data, by.outer, by.n, by.inner, 1, call.out.data)};
  return {Fold(call, by, SumRow, SumColumns)};
}

GLIA_KERNEL(meanOver, "(x; axis, count)") {
  const Folded by = FoldedOf(call);
  if (IsTinyFold(call, by)) {
    const double factor = 1 / static_cast<double>(by.n);
    return {FoldTinily(call.in[0].data, by.outer, by.n, by.inner, factor, call.out.data)};
  }
  return {Fold(call, by, MeanRow, MeanColumns)};
}

GLIA_KERNEL(max, "(x; axis, count)") {
  const Folded by = FoldedOf(call);
  return {Fold(call, by, MaxRow, MaxColumns)};
}

GLIA_KERNEL(rootMeanSquare, "(x; axis, count, eps)") {
  const Folded by = FoldedOf(call);
  const double eps = call.attrs.Number();
  return {FoldRows(
      call.in[0].data, by.outer, by.n, call.out.data,
      [eps](const float* x, int64_t n, float* y) { RootMeanSquareRow(x, n, eps, y); })};
}

}  // namespace glia
