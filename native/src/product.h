// Matrix products, cut into blocks by their shape.
#pragma once

#include "kernel.h"

namespace glia {

// A batch of products of one shape; the matrices of a batch lie one behind the other.
struct Product {
  bool trans_a, trans_b;
  int64_t batch, m, n, k;
  const float* a;
  const float* b;
  float* c;
  // Whether blocks of c may be left in scratch memory.
  bool inner;
};

Task Multiply(const Product& product);

// For a single product whose three matrices are tiny.
Task MultiplyTinily(const Product& product);

}  // namespace glia
