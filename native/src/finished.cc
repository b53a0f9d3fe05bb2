#include "finished.h"

#include "strided.h"

namespace glia {

std::optional<Finished> FinishOf(const Region& region, const Tensor& out,
                                 int64_t columns) {
  if (region.body.size() != 1 || region.outputs.size() != 1) return std::nullopt;
  const Region::Op& op = region.body[0];
  GemmFn* multiply = GemmThatDoes(op.name);
  const int result = static_cast<int>(region.inputs.size());
  if (multiply == nullptr || op.args.size() != 2 || region.outputs[0].value != result)
    return std::nullopt;
  const Region::Input& sum = region.inputs[static_cast<size_t>(op.args[0])];
  const Region::Input& other = region.inputs[static_cast<size_t>(op.args[1])];
  const Tensor& to = *region.outputs[0].tensor;
  const bool is_sum =
      sum.tensor->data == out.data && sum.strides == StridesOf(region.dims);
  const int64_t ld = RowStride(region.dims, other.strides, columns);
  // Sums that are not finished lie there for a while.
  const bool apart = !Overlap(SpanOf(*other.tensor), SpanOf(to)) &&
                     !Overlap(SpanOf(*other.tensor), SpanOf(out));
  if (!is_sum || ld == kNowhere || !apart) return std::nullopt;
  return Finished{{multiply, other.tensor->data, ld}, to.data};
}

}  // namespace glia
