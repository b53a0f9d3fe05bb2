// Matrix products, cut into blocks by their shape.
#pragma once

#include "finished.h"
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
  // What is done with sums, beside c as a whole.
  Finish finish;
};

Task Multiply(const Product& product);

// Lets a product do what follows on it, if it can.
bool TakeFinish(const Finished& finish, Product* product);

// For a single product whose three matrices are tiny.
Task MultiplyTinily(const Product& product);

}  // namespace glia
