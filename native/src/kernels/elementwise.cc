// Elementwise arithmetic. Twin of src/ops/arithmetic.ts and src/ops/compare.ts.
#include "elements.h"

namespace glia {

GLIA_ELEMENTWISE(add, "(a, b)", float a, float b) { return Add(a, b); }
GLIA_ELEMENTWISE(sub, "(a, b)", float a, float b) { return a - b; }
GLIA_ELEMENTWISE(mul, "(a, b)", float a, float b) { return a * b; }
GLIA_ELEMENTWISE(div, "(a, b)", float a, float b) { return a / b; }
GLIA_ELEMENTWISE(neg, "(x)", float x) { return -x; }

// Written so that NaN wins on either side: it differs from itself, and no comparison with
// it holds.
GLIA_ELEMENTWISE(maximum, "(a, b)", float a, float b) { return a > b || a != a ? a : b; }
GLIA_ELEMENTWISE(minimum, "(a, b)", float a, float b) { return a < b || a != a ? a : b; }

GLIA_ELEMENTWISE(greater, "(a, b)", float a, float b) { return a > b ? 1.0f : 0.0f; }
GLIA_ELEMENTWISE(equal, "(a, b)", float a, float b) { return a == b ? 1.0f : 0.0f; }
GLIA_ELEMENTWISE(where, "(condition, a, b)", float condition, float a, float b) {
  return condition != 0.0f ? a : b;
}

// Fused, and rounded as their parts are. Twin of src/ops/fusions.ts.
GLIA_ELEMENTWISE(tanhGrad, "(dy, y)", float dy, float y) { return dy * (1.0f - y * y); }
GLIA_ELEMENTWISE(reluGrad, "(dy, y)", float dy, float y) { return ReluGrad(dy, y); }
GLIA_ELEMENTWISE(addRelu, "(a, b)", float a, float b) { return AddRelu(a, b); }
GLIA_ELEMENTWISE(blend, "(a, s, b, t)", float a, Number s, float b, Number t) {
  return Blend(a, s, b, t);
}
GLIA_ELEMENTWISE(blendSquare, "(a, s, b, t)", float a, Number s, float b, Number t) {
  return BlendSquare(a, s, b, t);
}
GLIA_ELEMENTWISE(descend, "(p, rate, g)", float p, Number rate, float g) {
  return p - rate * g;
}
GLIA_ELEMENTWISE(adamStep, "(p, rate, m, v, eps)", float p, Number rate, float m, float v,
                 Number eps) {
  return AdamStep(p, rate, m, v, eps);
}

GLIA_BUNDLE_OF_3(adam, "(p, m, v, g, beta1, rest1, beta2, rest2, rate, eps)", float p,
                 float m, float v, float g, Number beta1, Number rest1, Number beta2,
                 Number rest2, Number rate, Number eps) {
  return Adam(p, m, v, g, beta1, rest1, beta2, rest2, rate, eps);
}

}  // namespace glia
