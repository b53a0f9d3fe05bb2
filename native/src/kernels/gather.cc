// Rows by index. Indices are data, so each is checked when it is used. Twin of
// src/ops/gather.ts.
#include <algorithm>

#include "../float_math.h"
#include "../kernel.h"

namespace glia {

// y[i] = table[index[i]] for indices [begin, end). The last numbers of a row are copied
// together with some before them, since a call to copy a few costs more than copying.
GLIA_LOOP(GatherRows,
          (const float* table, int64_t rows, int64_t width, const int32_t* index,
           int64_t begin, int64_t end, float* y),
          (table, rows, width, index, begin, end, y)) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t row = index[i];
    float* to = y + i * width;
    if (row < 0 || row >= rows) {
      std::fill_n(to, width, kNaN);
      continue;
    }
    const float* from = table + row * width;
    if (width < kVector) {
      for (int64_t j = 0; j < width; ++j) to[j] = from[j];
    } else {
      for (int64_t j = 0; j + kVector < width; j += kVector)
        std::copy_n(from + j, kVector, to + j);
      std::copy_n(from + width - kVector, kVector, to + width - kVector);
    }
  }
}

GLIA_KERNEL(gather, "(x, index:i32)") {
  const Tensor& x = call.in[0];
  const int64_t rows = x.shape[0], width = x.Product(1, x.rank());
  const int64_t n = call.in[1].size(), group = UnitsPerBlock(width);
  Task task;
  task.blocks = CeilDiv(n, group);
  // By the rows that are read, not by the size of the table.
  task.work = 0.5 * static_cast<double>(n * width);
  task.run = [=, table = x.data, index = call.in[1].ints(), y = call.out.data](
                 int64_t begin, int64_t end, Context&) {
    GatherRows(table, rows, width, index, begin * group, std::min(end * group, n), y);
  };
  return {task};
}

// Cut into columns, so that each element of y has one thread that adds to it, in the
// order of the index.
GLIA_KERNEL(scatterAdd, "(x, index:i32; rows)") {
  constexpr int64_t kColumns = 64;
  const Tensor& y = call.out;
  const int64_t rows = y.shape[0], width = y.Product(1, y.rank());
  const int64_t n = call.in[1].size();
  const int64_t group = kColumns * UnitsPerBlock(kColumns * (n + rows));
  Task task;
  task.blocks = CeilDiv(width, group);
  task.run = [=, x = call.in[0].data, index = call.in[1].ints(), to = y.data](
                 int64_t begin, int64_t end, Context&) {
    const int64_t first = begin * group, columns = std::min(end * group, width) - first;
    for (int64_t row = 0; row < rows; ++row)
      std::fill_n(to + row * width + first, columns, 0.0f);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t row = index[i];
      if (row < 0 || row >= rows) continue;
      const float* from = x + i * width + first;
      float* sum = to + row * width + first;
      for (int64_t j = 0; j < columns; ++j) sum[j] += from[j];
    }
  };
  return {task};
}

GLIA_KERNEL(oneHot, "(index:i32; classes)") {
  const int64_t classes = call.attrs.Integer();
  const int64_t n = call.in[0].size(), group = UnitsPerBlock(classes);
  Task task;
  task.blocks = CeilDiv(n, group);
  task.run = [=, index = call.in[0].ints(), y = call.out.data](int64_t begin, int64_t end,
                                                               Context&) {
    const int64_t first = begin * group, last = std::min(end * group, n);
    std::fill(y + first * classes, y + last * classes, 0.0f);
    for (int64_t i = first; i < last; ++i) {
      if (index[i] >= 0 && index[i] < classes) y[i * classes + index[i]] = 1.0f;
    }
  };
  return {task};
}

GLIA_KERNEL(toFloat, "(index:i32)") {
  const int64_t n = call.in[0].size();
  Task task;
  task.blocks = CeilDiv(n, kBlock);
  task.run = [=, index = call.in[0].ints(), y = call.out.data](int64_t begin, int64_t end,
                                                               Context&) {
    const int64_t last = std::min(end * kBlock, n);
    for (int64_t i = begin * kBlock; i < last; ++i) y[i] = static_cast<float>(index[i]);
  };
  return {task};
}

}  // namespace glia
