#include "tiny_region.h"

#include <algorithm>

#include "strided.h"

namespace glia {
namespace {

// Where each element of a walk lies.
Lanes LanesOf(const Region& region, const std::vector<int64_t>& strides) {
  const std::vector<int64_t>& dims = region.dims;
  Lanes lanes;
  const int64_t size = region.size();
  for (int64_t i = 0; i < size; ++i) {
    int64_t rest = i, at = 0;
    for (size_t axis = dims.size(); axis-- > 0; rest /= dims[axis])
      at += rest % dims[axis] * strides[axis];
    lanes.at[i] = static_cast<int32_t>(at);
  }
  return lanes;
}

}  // namespace

std::shared_ptr<const TinyRegion> TinyRegion::Make(const Region& region) {
  const int64_t size = region.size();
  bool fits = size > 0 && size <= kVector;
  for (const Region::Input& input : region.inputs) fits = fits && IsTiny(*input.tensor);
  for (const Region::Output& output : region.outputs)
    fits = fits && IsTiny(*output.tensor);
  if (!fits) return nullptr;
  return std::shared_ptr<const TinyRegion>(new TinyRegion(region));
}

TinyRegion::TinyRegion(const Region& region)
    : own_(static_cast<int64_t>(region.values()) * kVector) {
  const int64_t size = region.size();
  std::vector<float*> at;
  for (size_t value = 0; value < region.values(); ++value)
    at.push_back(own_.data() + static_cast<int64_t>(value) * kVector);
  for (size_t i = 0; i < region.inputs.size(); ++i) {
    const Region::Input& input = region.inputs[i];
    float* data = input.tensor->data;
    if (input.tensor->copies != nullptr) {
      std::fill_n(at[i], kVector, *input.tensor->copies);
    } else if (Strided(region.dims, input.strides).contiguous()) {
      at[i] = data;
    } else {
      spreads_.push_back({data, LanesOf(region, input.strides), at[i]});
    }
  }
  std::vector<bool> placed(at.size(), false);
  const auto inputs = static_cast<int>(region.inputs.size());
  for (const Region::Output& output : region.outputs) {
    float* data = output.tensor->data;
    if (output.value >= inputs && !placed[output.value]) {
      placed[output.value] = true;
      at[output.value] = data;
    } else {
      (output.value < inputs ? handed_ : doubled_)
          .push_back({at[output.value], data, size});
    }
  }
  size_t value = region.inputs.size();
  for (const Region::Op& one : region.body) {
    Op op = {one.fn, {}, {}};
    for (size_t j = 0; j < one.args.size(); ++j) op.args[j] = at[one.args[j]];
    for (int j = 0; j < one.results; ++j) op.results[j] = at[value++];
    ops_.push_back(op);
  }
}

void TinyRegion::Run() const {
  for (const Spread& spread : spreads_) PermuteTiny(spread.from, spread.lanes, spread.to);
  for (const Copy& copy : handed_) std::copy_n(copy.from, copy.n, copy.to);
  for (const Op& op : ops_) op.fn->vector(op.args, op.results);
  for (const Copy& copy : doubled_) std::copy_n(copy.from, copy.n, copy.to);
}

}  // namespace glia
