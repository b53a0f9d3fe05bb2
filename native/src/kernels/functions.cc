// Elementary functions. Twin of src/ops/functions.ts.
#include <cmath>

#include "../float_math.h"
#include "map.h"

namespace glia {

GLIA_ELEMENTWISE(exp, "(x)", float x) { return Exp(x); }
GLIA_ELEMENTWISE(expm1, "(x)", float x) { return Expm1(x); }
GLIA_ELEMENTWISE(log, "(x)", float x) { return Log(x); }
GLIA_ELEMENTWISE(log1p, "(x)", float x) { return Log1p(x); }
GLIA_ELEMENTWISE(sqrt, "(x)", float x) { return std::sqrt(x); }
GLIA_ELEMENTWISE(tanh, "(x)", float x) { return Tanh(x); }
GLIA_ELEMENTWISE(sigmoid, "(x)", float x) { return Sigmoid(x); }
GLIA_ELEMENTWISE(softplus, "(x)", float x) { return Softplus(x); }
GLIA_ELEMENTWISE(erf, "(x)", float x) { return Erf(x); }
GLIA_ELEMENTWISE(abs, "(x)", float x) { return Abs(x); }
GLIA_ELEMENTWISE(relu, "(x)", float x) { return x <= 0.0f ? 0.0f : x; }

GLIA_ELEMENTWISE(sign, "(x)", float x) {
  const float negative = x < 0.0f ? -1.0f : x;
  return x > 0.0f ? 1.0f : negative;
}

// As JavaScript has it: unlike in C, 1 to the power of NaN is NaN, and so is ±1 to an
// infinite power.
GLIA_ELEMENTWISE(pow, "(a, b)", float a, float b) {
  if (b != b || (Abs(a) == 1.0f && Abs(b) == kInfinity)) return kNaN;
  return std::pow(a, b);
}

}  // namespace glia
