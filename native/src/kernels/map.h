// The loop of every elementwise op.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "../kernel.h"

namespace glia {

using ResultsOf3 = std::array<float, 3>;

// Bit j: the function takes input j as a Number.
template <typename R, typename... T>
constexpr uint32_t NumbersOf(R (*)(T...)) {
  uint32_t bits = 0, bit = 1;
  for (const bool is : {std::is_same_v<T, Number>...}) {
    bits |= is ? bit : 0;
    bit <<= 1;
  }
  return bits;
}

// Element i of an input, or of all of them.
template <bool kNumbers, typename T>
GLIA_INLINE float ElementOf(const float* x, int64_t i) {
  return kNumbers && std::is_same_v<T, Number> ? x[0] : x[i];
}

template <bool kNumbers, typename... T, typename... Inputs>
GLIA_INLINE void MapRow(float (*f)(T...), float* const* to, int64_t n, Inputs... x) {
  float* y = to[0];
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = f(ElementOf<kNumbers, T>(x, i)...);
}

template <bool kNumbers, typename... T, typename... Inputs>
GLIA_INLINE void MapRow(ResultsOf3 (*f)(T...), float* const* to, int64_t n, Inputs... x) {
  float *a = to[0], *b = to[1], *c = to[2];
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    const ResultsOf3 y = f(ElementOf<kNumbers, T>(x, i)...);
    a[i] = y[0];
    b[i] = y[1];
    c[i] = y[2];
  }
}

// How many results a function has that returns this.
template <typename R>
constexpr int kResults = sizeof(R) / sizeof(float);

template <bool kNumbers, typename R, typename... T, size_t... kInput>
GLIA_INLINE void MapRows(R (*f)(T...), const Operand* values, const int* args, int first,
                         int64_t rows, int64_t columns, std::index_sequence<kInput...>) {
  for (int64_t r = 0; r < rows; ++r) {
    float* to[kResults<R>];
    // What an op makes has a place of its own, or that of an input it reads there.
    for (int k = 0; k < kResults<R>; ++k)
      to[k] = const_cast<float*>(values[first + k].data) + r * values[first + k].ld;
    MapRow<kNumbers>(f, to, columns,
                     values[args[kInput]].data + r * values[args[kInput]].ld...);
  }
}

template <typename R, typename... T, size_t... kInput>
GLIA_INLINE bool AreNumbers(R (*)(T...), const Operand* values, const int* args,
                            std::index_sequence<kInput...>) {
  return !((std::is_same_v<T, Number> && !values[args[kInput]].uniform) || ...);
}

template <typename R, typename... T>
GLIA_INLINE void MapTile(R (*f)(T...), const Operand* values, const int* args, int first,
                         int64_t rows, int64_t columns) {
  static_assert(sizeof...(T) <= kMaxArgs);
  constexpr auto inputs = std::index_sequence_for<T...>();
  if constexpr ((std::is_same_v<T, Number> || ...)) {
    if (AreNumbers(f, values, args, inputs))
      return MapRows<true>(f, values, args, first, rows, columns, inputs);
  }
  MapRows<false>(f, values, args, first, rows, columns, inputs);
}

template <typename R, typename... T, size_t... kInput>
GLIA_INLINE void MapVectors(R (*f)(T...), const float* const* x, float* const* y,
                            std::index_sequence<kInput...>) {
  MapRow<false>(f, y, kVector, x[kInput]...);
}

// On tensors of one vector, without a loop.
template <typename R, typename... T>
GLIA_INLINE void MapVector(R (*f)(T...), const float* const* x, float* const* y) {
  MapVectors(f, x, y, std::index_sequence_for<T...>());
}

}  // namespace glia
