#include "finished.h"

#include <iterator>

#include "strided.h"

namespace glia {
namespace {

// A region of one op that follows on a matrix.
struct Lone {
  const Region& region;
  const Tensor& out;
  int64_t columns;

  const Region::Input& In(size_t j) const {
    return region.inputs[static_cast<size_t>(region.body[0].args[j])];
  }
  float* At(size_t j) const { return In(j).tensor->data; }
  // Elements of an input lie as those of the matrix do.
  bool Alike(size_t j) const { return In(j).strides == StridesOf(region.dims); }
  bool Uniform(size_t j) const { return Strided(region.dims, In(j).strides).uniform(); }
  // Where a result goes, or nullptr where that is no place or several.
  float* To(int result) const {
    const int value = static_cast<int>(region.inputs.size()) + result;
    float* to = nullptr;
    for (const Region::Output& output : region.outputs) {
      if (output.value != value) continue;
      if (to != nullptr) return nullptr;
      to = output.tensor->data;
    }
    return to;
  }
};

// An op of the matrix and another tensor.
std::optional<Finished> OpOf(const Lone& op, GemmFn* multiply) {
  const int64_t ld = RowStride(op.region.dims, op.In(1).strides, op.columns);
  float* to = op.To(0);
  if (to == nullptr || op.At(0) != op.out.data || !op.Alike(0) || ld == kNowhere)
    return std::nullopt;
  // Sums that are not finished lie there for a while.
  const Span other = SpanOf(*op.In(1).tensor);
  const bool apart =
      !Overlap(other, SpanOf(op.out)) && !Overlap(other, {to, to + op.out.size()});
  if (!apart) return std::nullopt;
  Finish finish;
  finish.multiply = multiply;
  finish.other = op.At(1);
  finish.ld = ld;
  return Finished{finish, to};
}

// A step of Adam in place, by a gradient whose rows fit a panel.
std::optional<Finished> AdamOf(const Lone& op, GemmFn* multiply) {
  enum { kP, kM, kV, kG, kNumbers };
  bool fits = op.columns <= kPanel && op.At(kG) == op.out.data;
  for (const int j : {kP, kM, kV, kG}) fits = fits && op.Alike(j);
  fits = fits && op.To(0) == op.At(kM) && op.To(1) == op.At(kV) && op.To(2) == op.At(kP);
  AdamState adam = {op.At(kP), op.At(kM), op.At(kV), {}};
  for (size_t k = 0; k < std::size(adam.numbers); ++k) {
    fits = fits && op.Uniform(kNumbers + k);
    adam.numbers[k] = op.At(kNumbers + k);
  }
  if (!fits) return std::nullopt;
  Finish finish;
  finish.multiply = multiply;
  finish.adam = adam;
  return Finished{finish, op.out.data};
}

}  // namespace

std::optional<Finished> FinishOf(const Region& region, const Tensor& out,
                                 int64_t columns) {
  if (region.body.size() != 1) return std::nullopt;
  const Region::Op& only = region.body[0];
  GemmFn* multiply = GemmThatDoes(only.name);
  if (multiply == nullptr || static_cast<int>(region.outputs.size()) != only.results)
    return std::nullopt;
  const Lone op = {region, out, columns};
  if (only.results == 1 && only.args.size() == 2) return OpOf(op, multiply);
  if (only.results == 3 && only.args.size() == 10) return AdamOf(op, multiply);
  return std::nullopt;
}

}  // namespace glia
