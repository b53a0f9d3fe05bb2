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
  int32_t label[kRows];
  // What a row is divided by: 1 where its label is a class, else 0, so that it comes to
  // nothing finite.
  float in_range[kRows];
};

// Rows of a group are worked on by so many.
constexpr int64_t kTogether = 16;

// More classes than this are taken row by row.
constexpr int64_t kFewClasses = 32;

// A group of rows of logits, and their labels.
struct Rows {
  const float* x;
  const int32_t* labels;
  int64_t count, classes;

  bool few() const { return classes <= kFewClasses; }
  // How many there are in whole pieces.
  int64_t wide() const { return CeilDiv(count, kTogether) * kTogether; }
};

// x[r, c] of the rows as y[c, r]; rows that are not there are zeros.
GLIA_INLINE void Turn(const Rows& rows, float* y) {
  for (int64_t c = 0; c < rows.classes; ++c) {
    float* to = y + c * kRows;
    for (int64_t r = 0; r < rows.count; ++r) to[r] = rows.x[r * rows.classes + c];
    std::fill(to + rows.count, to + rows.wide(), 0.0f);
  }
}

// Rows that are not there have no label.
GLIA_INLINE void ReadLabels(const Rows& rows, Group* group) {
  const int64_t wide = rows.wide();
  std::copy_n(rows.labels, rows.count, group->label);
  std::fill(group->label + rows.count, group->label + wide, -1);
  const auto classes = static_cast<uint32_t>(rows.classes);
  for (int64_t r = 0; r < wide; ++r)
    group->in_range[r] = static_cast<uint32_t>(group->label[r]) < classes ? 1.0f : 0.0f;
}

// Few classes: class by class, over the rows, whose logits lie kRows apart in `x`.
GLIA_INLINE void FoldClasses(const float* x, int64_t wide, int64_t classes, float* exps,
                             Group* group) {
  for (int64_t from = 0; from < wide; from += kTogether) {
    float peak[kTogether];
    std::copy_n(x + from, kTogether, peak);
    for (int64_t c = 1; c < classes; ++c) {
      for (int64_t r = 0; r < kTogether; ++r)
        peak[r] = Larger(peak[r], x[c * kRows + from + r]);
    }
    for (int64_t c = 0; c < classes; ++c) {
      for (int64_t r = 0; r < kTogether; ++r) {
        exps[c * kRows + from + r] = Exp(x[c * kRows + from + r] - peak[r]);
      }
    }
    double totals[kTogether] = {};
    for (int64_t c = 0; c < classes; ++c) {
      for (int64_t r = 0; r < kTogether; ++r)
        totals[r] += static_cast<double>(exps[c * kRows + from + r]);
    }
    for (int64_t r = 0; r < kTogether; ++r) {
      group->peak[from + r] = peak[r];
      group->total[from + r] = static_cast<float>(totals[r]);
    }
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

// Leaves the exponentials class by class in the second table of `scratch`, or, of many
// classes, row by row in `exps`, rows `step` apart.
GLIA_INLINE void Fold(const Rows& rows, float* scratch, float* exps, int64_t step,
                      Group* group) {
  ReadLabels(rows, group);
  if (rows.few()) {
    Turn(rows, scratch);
    FoldClasses(scratch, rows.wide(), rows.classes, scratch + rows.classes * kRows,
                group);
  } else {
    for (int64_t r = 0; r < rows.count; ++r)
      FoldRow(rows.x + r * rows.classes, rows.classes, exps + r * step, group, r);
    std::fill(group->peak + rows.count, group->peak + rows.wide(), 0.0f);
    std::fill(group->total + rows.count, group->total + rows.wide(), 1.0f);
  }
}

// Where there are few classes, `x` holds the logits class by class.
GLIA_INLINE void PutLosses(const Rows& rows, const Group& group, const float* x,
                           float* y) {
  const int64_t wide = rows.wide();
  float picked[kRows] = {}, loss[kRows];
  if (rows.few()) {
    for (int64_t c = 0; c < rows.classes; ++c) {
      for (int64_t r = 0; r < wide; ++r)
        picked[r] = group.label[r] == static_cast<int32_t>(c)
                        ? x[c * kRows + r] - group.peak[r]
                        : picked[r];
    }
  } else {
    for (int64_t r = 0; r < rows.count; ++r) {
      if (group.in_range[r] != 0)
        picked[r] = rows.x[r * rows.classes + group.label[r]] - group.peak[r];
    }
  }
  GLIA_INDEPENDENT
  for (int64_t r = 0; r < wide; ++r)
    loss[r] = (Log(group.total[r]) - picked[r]) / group.in_range[r];
  std::copy_n(loss, rows.count, y);
}

// From the exponentials that Fold has left in `scratch`, or in y.
GLIA_INLINE void PutGrads(const Rows& rows, const Group& group, const float* dy,
                          int64_t dy_step, float* scratch, float* y) {
  const int64_t classes = rows.classes, wide = rows.wide();
  float share[kRows] = {}, scale[kRows];
  for (int64_t r = 0; r < rows.count; ++r) share[r] = dy[r * dy_step];
  for (int64_t r = 0; r < wide; ++r) {
    share[r] /= group.in_range[r];
    scale[r] = share[r] / group.total[r];
  }
  if (rows.few()) {
    float* exps = scratch + classes * kRows;
    for (int64_t c = 0; c < classes; ++c) {
      for (int64_t r = 0; r < wide; ++r) {
        const float own = group.label[r] == static_cast<int32_t>(c) ? share[r] : 0.0f;
        exps[c * kRows + r] = exps[c * kRows + r] * scale[r] - own;
      }
    }
    for (int64_t r = 0; r < rows.count; ++r) {
      for (int64_t c = 0; c < classes; ++c) y[r * classes + c] = exps[c * kRows + r];
    }
  } else {
    for (int64_t r = 0; r < rows.count; ++r) {
      for (int64_t c = 0; c < classes; ++c) y[r * classes + c] *= scale[r];
      if (group.in_range[r] != 0) y[r * classes + group.label[r]] -= share[r];
    }
  }
}

}  // namespace

// `scratch` holds two tables of kRows rows of up to kFewClasses classes, or one row.
GLIA_LOOP(CrossEntropy, (const Rows& rows, float* scratch, float* y),
          (rows, scratch, y)) {
  Group group;
  Fold(rows, scratch, scratch, 0, &group);
  PutLosses(rows, group, scratch, y);
}

GLIA_LOOP(CrossEntropyGrad,
          (const Rows& rows, const float* dy, int64_t dy_step, float* scratch, float* y),
          (rows, dy, dy_step, scratch, y)) {
  Group group;
  Fold(rows, scratch, y, rows.classes, &group);
  PutGrads(rows, group, dy, dy_step, scratch, y);
}

GLIA_LOOP(CrossEntropyWithGrad,
          (const Rows& rows, const float* dy, int64_t dy_step, float* scratch,
           float* loss, float* grad),
          (rows, dy, dy_step, scratch, loss, grad)) {
  Group group;
  Fold(rows, scratch, grad, rows.classes, &group);
  PutLosses(rows, group, scratch, loss);
  PutGrads(rows, group, dy, dy_step, scratch, grad);
}

namespace {

// Calls `run` for each group of rows, with the number of its first row.
template <typename F>
Tasks ForGroups(const Tensor& logits, const Tensor& labels, F run) {
  if (logits.rank() != 2 || logits.shape[1] == 0 || labels.size() != logits.shape[0])
    throw Error("PROGRAM", "cross-entropy takes a matrix and a label for each row");
  const Rows all = {logits.data, labels.ints(), logits.shape[0], logits.shape[1]};
  const int64_t groups = CeilDiv(all.count, kRows);
  // A row costs more than its size says.
  const int64_t together = UnitsPerBlock(4 * kRows * all.classes);
  Task task;
  task.blocks = CeilDiv(groups, together);
  task.scratch = all.few() ? 2 * kRows * all.classes : all.classes;
  task.work = 3.0 * static_cast<double>(all.count * all.classes) + 100.0;
  task.run = [=](int64_t begin, int64_t end, Context& context) {
    const int64_t last = std::min(end * together * kRows, all.count);
    for (int64_t row = begin * together * kRows; row < last; row += kRows) {
      run(row,
          Rows{all.x + row * all.classes, all.labels + row, std::min(kRows, last - row),
               all.classes},
          context.scratch);
    }
  };
  return {task};
}

int64_t StepOf(const Tensor& dy) { return dy.size() == 1 ? 0 : 1; }

}  // namespace

GLIA_KERNEL(labelCrossEntropy, "(logits, labels:i32)") {
  return ForGroups(call.in[0], call.in[1],
                   [y = call.out.data](int64_t row, const Rows& rows, float* scratch) {
                     CrossEntropy(rows, scratch, y + row);
                   });
}

GLIA_KERNEL(labelCrossEntropyGrad, "(logits, labels:i32, dy)") {
  const Tensor& dy = call.in[2];
  return ForGroups(call.in[0], call.in[1],
                   [step = StepOf(dy), dy = dy.data, y = call.out.data](
                       int64_t row, const Rows& rows, float* scratch) {
                     CrossEntropyGrad(rows, dy + row * step, step, scratch,
                                      y + row * rows.classes);
                   });
}

GLIA_KERNELS_OF_2(labelCrossEntropyWithGrad, "(logits, labels:i32, dy)") {
  const Tensor& dy = call.in[2];
  return ForGroups(
      call.in[0], call.in[1],
      [step = StepOf(dy), dy = dy.data, loss = call.out.data, grad = call.more[0].data](
          int64_t row, const Rows& rows, float* scratch) {
        CrossEntropyWithGrad(rows, dy + row * step, step, scratch, loss + row,
                             grad + row * rows.classes);
      });
}

}  // namespace glia
