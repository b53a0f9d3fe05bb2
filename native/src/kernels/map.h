// The loop of every elementwise op.
#pragma once

#include <cstdint>
#include <utility>

#include "../kernel.h"

namespace glia {

template <typename F, typename... Inputs>
GLIA_INLINE void MapRow(F f, float* y, int64_t n, Inputs... x) {
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = f(x[i]...);
}

template <typename... Floats, size_t... kInput>
GLIA_INLINE void MapRows(float (*f)(Floats...), const Operand* x, float* y, int64_t ld,
                         int64_t rows, int64_t columns, std::index_sequence<kInput...>) {
  // Tiny tensors: one vector, and no loop.
  constexpr int64_t kVector = 16;
  if (rows == 1 && columns == kVector) {
    return MapRow(f, y, kVector, x[kInput].data...);
  }
  for (int64_t r = 0; r < rows; ++r) {
    MapRow(f, y + r * ld, columns, x[kInput].data + r * x[kInput].ld...);
  }
}

template <typename... Floats>
GLIA_INLINE void MapTile(float (*f)(Floats...), const Operand* x, float* y, int64_t ld,
                         int64_t rows, int64_t columns) {
  static_assert(sizeof...(Floats) <= kMaxArgs);
  MapRows(f, x, y, ld, rows, columns, std::index_sequence_for<Floats...>());
}

}  // namespace glia
