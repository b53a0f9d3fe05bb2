// Products. Twin of src/ops/matmul.ts.
#include "../kernel.h"
#include "../product.h"
#include "../tiny.h"

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
  product.c = call.out.data;
  product.inner = call.inner;
  const bool tiny = IsTiny(a) && IsTiny(call.in[1]) && IsTiny(call.out);
  if (tiny && product.batch == 1) return {MultiplyTinily(product)};
  call.finished = call.finish != nullptr && TakeFinish(*call.finish, &product);
  return {Multiply(product)};
}

}  // namespace glia
