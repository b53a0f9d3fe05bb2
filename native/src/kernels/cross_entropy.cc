// Cross-entropy of a softmax with labels, and its gradient, many rows at a time. Twin of
// src/ops/fusions.ts.
#include <algorithm>

#include "../error.h"
#include "../kernel.h"
#include "../rows.h"

namespace glia {
namespace {

// Rows that go together: the logarithm of one number costs as much as that of many.
constexpr int64_t kRows = 64;

// What the rows of a group need.
struct Group {
  float peak[kRows], total[kRows];
};

// What a row is divided by: 1 where its label is a class, else 0, so that it comes to
// nothing finite.
GLIA_INLINE float InRange(int32_t label, int64_t classes) {
  return label >= 0 && label < classes ? 1.0f : 0.0f;
}

// Few classes: class by class, over the rows, whose logits lie kRows apart in `x`.
GLIA_INLINE void FoldClasses(const float* x, int64_t classes, float* exps, Group* group) {
  for (int64_t r = 0; r < kRows; ++r) group->peak[r] = x[r];
  for (int64_t c = 1; c < classes; ++c) {
    for (int64_t r = 0; r < kRows; ++r)
      group->peak[r] = Larger(group->peak[r], x[c * kRows + r]);
  }
  double totals[kRows] = {};
  for (int64_t c = 0; c < classes; ++c) {
    for (int64_t r = 0; r < kRows; ++r) {
      const float e = Exp(x[c * kRows + r] - group->peak[r]);
      exps[c * kRows + r] = e;
      totals[r] += static_cast<double>(e);
    }
  }
  for (int64_t r = 0; r < kRows; ++r) group->total[r] = static_cast<float>(totals[r]);
}

// x[r, c] of the rows as y[c, r]; rows that are not there are zeros.
GLIA_INLINE void Turn(const float* x, int64_t rows, int64_t classes, float* y) {
  for (int64_t c = 0; c < classes; ++c) {
    for (int64_t r = 0; r < rows; ++r) y[c * kRows + r] = x[r * classes + c];
    for (int64_t r = rows; r < kRows; ++r) y[c * kRows + r] = 0.0f;
  }
}

GLIA_INLINE void FoldRow(const float* x, int64_t classes, float* exps, Group* group,
                         int64_t r) {
  const float peak = MaxOf(x, classes);
  GLIA_INDEPENDENT
  for (int64_t c = 0; c < classes; ++c) exps[c] = Exp(x[c] - peak);
  group->peak[r] = peak;
  group->total[r] = static_cast<float>(SumOf(exps, classes));
}

// More classes than this are taken row by row.
constexpr int64_t kFewClasses = 32;

}  // namespace

// `scratch` holds two tables of kRows rows of up to kFewClasses classes, or one row.
GLIA_LOOP(CrossEntropy,
          (const float* x, const int32_t* labels, int64_t rows, int64_t classes,
           float* scratch, float* y),
          (x, labels, rows, classes, scratch, y)) {
  Group group = {};
  if (classes <= kFewClasses) {
    Turn(x, rows, classes, scratch);
    FoldClasses(scratch, classes, scratch + classes * kRows, &group);
  } else {
    for (int64_t r = 0; r < rows; ++r)
      FoldRow(x + r * classes, classes, scratch, &group, r);
  }
  float picked[kRows] = {}, in_range[kRows] = {};
  for (int64_t r = 0; r < rows; ++r) {
    in_range[r] = InRange(labels[r], classes);
    if (in_range[r] != 0) picked[r] = x[r * classes + labels[r]] - group.peak[r];
  }
  float loss[kRows];
  GLIA_INDEPENDENT
  for (int64_t r = 0; r < kRows; ++r)
    loss[r] = (Log(group.total[r]) - picked[r]) / in_range[r];
  std::copy_n(loss, rows, y);
}

GLIA_LOOP(CrossEntropyGrad,
          (const float* x, const int32_t* labels, const float* dy, int64_t dy_step,
           int64_t rows, int64_t classes, float* scratch, float* y),
          (x, labels, dy, dy_step, rows, classes, scratch, y)) {
  Group group = {};
  float share[kRows] = {};
  for (int64_t r = 0; r < rows; ++r)
    share[r] = dy[r * dy_step] / InRange(labels[r], classes);
  float* exps = scratch + classes * kRows;
  if (classes <= kFewClasses) {
    Turn(x, rows, classes, scratch);
    FoldClasses(scratch, classes, exps, &group);
    float scale[kRows];
    for (int64_t r = 0; r < kRows; ++r) scale[r] = share[r] / group.total[r];
    for (int64_t c = 0; c < classes; ++c) {
      for (int64_t r = 0; r < kRows; ++r) exps[c * kRows + r] *= scale[r];
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < classes; ++c) y[r * classes + c] = exps[c * kRows + r];
    }
  } else {
    for (int64_t r = 0; r < rows; ++r) {
      float* to = y + r * classes;
      FoldRow(x + r * classes, classes, to, &group, r);
      const float scale = share[r] / group.total[r];
      for (int64_t c = 0; c < classes; ++c) to[c] *= scale;
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    if (InRange(labels[r], classes) != 0) y[r * classes + labels[r]] -= share[r];
  }
}

namespace {

// Calls `run` for each group of rows.
template <typename F>
Tasks ForGroups(int64_t rows, int64_t classes, F run) {
  const int64_t groups = CeilDiv(rows, kRows);
  // A row costs more than its size says.
  const int64_t together = UnitsPerBlock(4 * kRows * classes);
  Task task;
  task.blocks = CeilDiv(groups, together);
  task.scratch = classes <= kFewClasses ? 2 * kRows * classes : classes;
  task.work = 3.0 * static_cast<double>(rows * classes) + 100.0;
  task.run = [=](int64_t begin, int64_t end, Context& context) {
    const int64_t last = std::min(end * together * kRows, rows);
    for (int64_t row = begin * together * kRows; row < last; row += kRows)
      run(row, std::min(kRows, last - row), context.scratch);
  };
  return {task};
}

// The kernels take a matrix of at least one class and a label for each row.
void CheckMatrix(const Tensor& logits, const Tensor& labels) {
  if (logits.rank() != 2 || logits.shape[1] == 0 || labels.size() != logits.shape[0])
    throw Error("PROGRAM", "cross-entropy takes a matrix and a label for each row");
}

}  // namespace

GLIA_KERNEL(labelCrossEntropy, "(logits, labels:i32)") {
  const Tensor &logits = call.in[0], &labels = call.in[1];
  CheckMatrix(logits, labels);
  const int64_t classes = logits.shape[1];
  return ForGroups(logits.shape[0], classes,
                   [classes, x = logits.data, label = labels.ints(), y = call.out.data](
                       int64_t row, int64_t rows, float* scratch) {
                     CrossEntropy(x + row * classes, label + row, rows, classes, scratch,
                                  y + row);
                   });
}

GLIA_KERNEL(labelCrossEntropyGrad, "(logits, labels:i32, dy)") {
  const Tensor &logits = call.in[0], &labels = call.in[1], &dy = call.in[2];
  CheckMatrix(logits, labels);
  const int64_t classes = logits.shape[1];
  const int64_t step = dy.size() == 1 ? 0 : 1;
  return ForGroups(logits.shape[0], classes,
                   [classes, step, x = logits.data, label = labels.ints(), from = dy.data,
                    y = call.out.data](int64_t row, int64_t rows, float* scratch) {
                     CrossEntropyGrad(x + row * classes, label + row, from + row * step,
                                      step, rows, classes, scratch, y + row * classes);
                   });
}

}  // namespace glia
