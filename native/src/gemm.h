// Matrix products on one thread: by kernels of our own where there are some for this
// processor and they are the faster ones, else by the BLAS.
#pragma once

#include <cstdint>

namespace glia {

// c[m, n] = op(a) · op(b), row-major; a leading dimension is the length of a row in
// memory.
struct Gemm {
  bool trans_a, trans_b;
  int64_t m, n, k;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
};

// Columns of c that a kernel of our own packs at once, and so what c is best cut into.
constexpr int64_t kPanel = 64;

// Floats of scratch memory that Multiply may use.
constexpr int64_t kGemmScratch = kPanel * 512;

void Multiply(const Gemm& gemm, float* scratch);

using GemmFn = void(const Gemm& gemm, float* scratch);

// Kernels of our own; nothing where the addon is built for another processor family.
extern GemmFn* const kGemmAvx512;
extern GemmFn* const kGemmAvx2;

}  // namespace glia
