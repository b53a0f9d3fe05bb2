// Sum and maximum of numbers that lie side by side. Both keep lanes, so that they
// vectorise and still add in an order that depends on nothing but n.
#pragma once

#include <cstdint>

#include "float_math.h"

namespace glia {

GLIA_INLINE double SumOf(const float* x, int64_t n) {
  constexpr int kLanes = 16;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] += static_cast<double>(x[i + j]);
  }
  double sum = 0;
  for (; i < n; ++i) sum += static_cast<double>(x[i]);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int j = 0; j < width; ++j) lanes[j] += lanes[j + width];
  }
  return sum + lanes[0];
}

GLIA_INLINE double SquaresOf(const float* x, int64_t n) {
  constexpr int kLanes = 16;
  double squares[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) {
      const auto value = static_cast<double>(x[i + j]);
      squares[j] += value * value;
    }
  }
  double sum = 0;
  for (; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int j = 0; j < width; ++j) squares[j] += squares[j + width];
  }
  return sum + squares[0];
}

// NaN wins.
GLIA_INLINE float Larger(float a, float b) { return a > b || a != a ? a : b; }

GLIA_INLINE float MaxOf(const float* x, int64_t n) {
  constexpr int kLanes = 16;
  float lanes[kLanes];
  for (float& lane : lanes) lane = -kInfinity;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] = Larger(lanes[j], x[i + j]);
  }
  float max = -kInfinity;
  for (; i < n; ++i) max = Larger(max, x[i]);
  for (float lane : lanes) max = Larger(max, lane);
  return max;
}

}  // namespace glia
