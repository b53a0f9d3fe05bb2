// Matrix products on one thread: by kernels of our own where there are some for this
// processor and they are the faster ones, else by the BLAS.
#pragma once

#include <cstdint>

namespace glia {

struct Gemm;
using GemmFn = void(const Gemm& gemm, float* scratch);

// Parameters that take a step of Adam by a gradient, what Adam keeps of them, and the
// numbers of the step: beta1, 1 - beta1, beta2, 1 - beta2, rate, eps.
struct AdamState {
  float *p = nullptr, *m = nullptr, *v = nullptr;
  const float* numbers[6] = {};
};

// What a product does with its sums besides storing them.
struct Finish {
  // Multiplies, and knows how.
  GemmFn* multiply = nullptr;
  // Sums go through an op of two inputs first: a sum is the one, and the other lies here,
  // in rows that are `ld` apart, or 0.
  const float* other = nullptr;
  int64_t ld = 0;
  // Or they are the gradients of these, which lie as they do.
  AdamState adam;
};

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
  Finish finish;
};

// Columns of c that a kernel of our own packs at once, and so what c is best cut into.
constexpr int64_t kPanel = 64;

// Floats of scratch memory that Multiply may use.
constexpr int64_t kGemmScratch = kPanel * 512;

void Multiply(const Gemm& gemm, float* scratch);

// Products of our own for one instruction set: first the plain one, then those that
// finish their sums by an op; the last is null. Nothing where the addon is built for
// another processor family.
struct NamedGemm {
  const char* op;
  GemmFn* multiply;
};
extern const NamedGemm* const kGemmsAvx512;
extern const NamedGemm* const kGemmsAvx2;

// The one for this processor that finishes its sums by the op of that name, or nullptr.
GemmFn* GemmThatDoes(const char* op);

}  // namespace glia
