#include "strided.h"

#include <algorithm>

namespace glia {

Strided::Strided(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides) {
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == 1) continue;
    if (!dims_.empty() && strides_.back() == strides[axis] * dims[axis]) {
      dims_.back() *= dims[axis];
      strides_.back() = strides[axis];
    } else {
      dims_.push_back(dims[axis]);
      strides_.push_back(strides[axis]);
    }
  }
}

void Strided::Read(const float* x, int64_t first, int64_t n, float* y) const {
  if (dims_.empty()) {
    if (n > 0) *y = *x;
    return;
  }
  const int last = static_cast<int>(dims_.size()) - 1;
  int64_t index[kMaxRank], rest = first, at = 0;
  for (int axis = last; axis >= 0; --axis) {
    index[axis] = rest % dims_[axis];
    rest /= dims_[axis];
    at += index[axis] * strides_[axis];
  }
  const int64_t step = strides_[last];
  for (int64_t done = 0; done < n;) {
    const int64_t run = std::min(dims_[last] - index[last], n - done);
    const float* from = x + at;
    float* to = y + done;
    if (step == 1) {
      std::copy_n(from, run, to);
    } else if (step == 0) {
      std::fill_n(to, run, *from);
    } else {
      for (int64_t i = 0; i < run; ++i) to[i] = from[i * step];
    }
    done += run;
    index[last] += run;
    at += run * step;
    for (int axis = last; axis > 0 && index[axis] == dims_[axis]; --axis) {
      index[axis] = 0;
      ++index[axis - 1];
      at += strides_[axis - 1] - dims_[axis] * strides_[axis];
    }
  }
}

std::vector<int64_t> StridesOf(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis])
    strides[axis] = stride;
  return strides;
}

std::vector<int64_t> BroadcastStrides(const std::vector<int64_t>& from,
                                      const std::vector<int64_t>& to) {
  const std::vector<int64_t> own = StridesOf(from);
  const size_t lead = to.size() - from.size();
  std::vector<int64_t> strides(to.size(), 0);
  for (size_t axis = lead; axis < to.size(); ++axis) {
    const bool repeated = from[axis - lead] == 1 && to[axis] != 1;
    strides[axis] = repeated ? 0 : own[axis - lead];
  }
  return strides;
}

int64_t RowStride(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides,
                  int64_t columns) {
  int64_t inner = 1, stride = kNowhere, outer = 1;
  for (size_t axis = dims.size(); axis-- > 0;) {
    int64_t dim = dims[axis], step = strides[axis];
    if (dim == 1) continue;
    if (inner < columns) {
      const int64_t part = std::min(dim, columns / inner);
      if (step != inner || dim % part != 0) return kNowhere;
      inner *= part;
      dim /= part;
      step *= part;
    }
    if (dim == 1) continue;
    if (inner != columns || (stride != kNowhere && step != stride * outer))
      return kNowhere;
    if (stride == kNowhere) stride = step;
    outer *= dim;
  }
  return stride == kNowhere ? 0 : stride;
}

}  // namespace glia
