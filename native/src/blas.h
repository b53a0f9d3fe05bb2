// The BLAS that the addon is linked to. It is called by one thread at a time for each
// product: threads are ours.
#pragma once

#include <cstdint>

namespace glia {

// c[m, n] = op(a) · op(b) + beta · c, row-major; a leading dimension is the length of a
// row in memory.
struct Gemm {
  bool trans_a, trans_b;
  int64_t m, n, k;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float beta;
  float* c;
  int64_t ldc;
};

void CallBlas(const Gemm& gemm);

// Makes the BLAS single-threaded and mends its choice of kernels. Once, before the first
// product.
void SetUpBlas();

struct BlasInfo {
  const char* config;
  // Kernels that the library chose, and that it uses now; empty when it does not say.
  const char* core_found;
  const char* core;
};

BlasInfo DescribeBlas();

}  // namespace glia
