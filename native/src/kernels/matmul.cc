// Products. Twin of src/ops/matmul.ts and of linear in src/ops/fusions.ts.
#include "../error.h"
#include "../kernel.h"
#include "../product.h"

namespace glia {

GLIA_KERNEL(matmul, "(a, b; transA, transB)") {
  const Tensor& a = call.in[0];
  const int rank = a.rank();
  Product product;
  product.trans_a = call.attrs.Flag();
  product.trans_b = call.attrs.Flag();
  product.batch = a.Product(0, rank - 2);
  product.m = call.out.shape[rank - 2];
  product.n = call.out.shape[rank - 1];
  product.k = a.shape[product.trans_a ? rank - 2 : rank - 1];
  product.a = a.data;
  product.b = call.in[1].data;
  product.bias = nullptr;
  product.bias_step = 0;
  product.c = call.out.data;
  return {Multiply(product)};
}

// y = x · wᵀ + b
GLIA_KERNEL(linear, "(x, w, b)") {
  const Tensor &x = call.in[0], &w = call.in[1], &b = call.in[2];
  if (x.rank() != 2 || w.rank() != 2 || (b.size() != 1 && b.size() != w.shape[0])) {
    throw Error("PROGRAM", "linear takes matrices and a bias of one number a column");
  }
  Product product;
  product.trans_a = false;
  product.trans_b = true;
  product.batch = 1;
  product.m = x.shape[0];
  product.n = w.shape[0];
  product.k = x.shape[1];
  product.a = x.data;
  product.b = w.data;
  product.bias = b.data;
  product.bias_step = b.size() == 1 ? 0 : 1;
  product.c = call.out.data;
  return {Multiply(product)};
}

}  // namespace glia
