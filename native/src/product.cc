#include "product.h"

#include <algorithm>

namespace glia {
namespace {

// Below this number of multiplications, calling the BLAS costs more than multiplying.
constexpr int64_t kTiny = 4096;

// Size of the blocks that c is cut into: rows if it is tall, columns if it is wide. A
// block is large enough that what the BLAS does for each call, packing above all, stays
// small beside the product.
struct Blocks {
  int64_t rows, columns;
};

Blocks Cut(const Product& p) {
  constexpr int64_t kWork = int64_t{1} << 22, kNarrow = 64, kStep = 16;
  const int64_t cuts = std::max<int64_t>(1, p.m * p.n * p.k / kWork);
  const auto cut = [&](int64_t length) {
    const int64_t part = std::max(CeilDiv(length, cuts), kNarrow);
    return std::min(CeilDiv(part, kStep) * kStep, std::max<int64_t>(length, 1));
  };
  if (p.m > p.n) return {cut(p.m), std::max<int64_t>(p.n, 1)};
  return {std::max<int64_t>(p.m, 1), cut(p.n)};
}

}  // namespace

// c[m, n] += op(a) · b for few numbers. `ai` and `ap` are the strides of op(a)[i, p]; b
// is [k, n].
GLIA_LOOP(MultiplyTiny,
          (const float* a, int64_t ai, int64_t ap, const float* b, int64_t m, int64_t n,
           int64_t k, float* c),
          (a, ai, ap, b, m, n, k, c)) {
  for (int64_t i = 0; i < m; ++i) {
    float* row = c + i * n;
    for (int64_t p = 0; p < k; ++p) {
      const float factor = a[i * ai + p * ap];
      const float* from = b + p * n;
      for (int64_t j = 0; j < n; ++j) row[j] += factor * from[j];
    }
  }
}

namespace {

// Starts a block of c, whose first column is `column`, with the bias or with zeros.
void Start(const Product& p, int64_t column, float* c, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i) {
    if (p.bias != nullptr && p.bias_step == 1) {
      std::copy_n(p.bias + column, columns, c + i * p.n);
    } else {
      std::fill_n(c + i * p.n, columns, p.bias != nullptr ? *p.bias : 0.0f);
    }
  }
}

void RunTiny(const Product& p, int64_t g, Context& context) {
  const float* b = p.b + g * p.k * p.n;
  if (p.trans_b) {
    for (int64_t j = 0; j < p.n; ++j) {
      for (int64_t q = 0; q < p.k; ++q) context.scratch[q * p.n + j] = b[j * p.k + q];
    }
    b = context.scratch;
  }
  float* c = p.c + g * p.m * p.n;
  Start(p, 0, c, p.m, p.n);
  const float* a = p.a + g * p.m * p.k;
  MultiplyTiny(a, p.trans_a ? 1 : p.k, p.trans_a ? p.m : 1, b, p.m, p.n, p.k, c);
}

void RunBlock(const Product& p, const Blocks& size, int64_t block) {
  const int64_t tall = CeilDiv(p.m, size.rows), wide = CeilDiv(p.n, size.columns);
  const int64_t g = block / (tall * wide);
  const int64_t i = block / wide % tall * size.rows, j = block % wide * size.columns;
  const int64_t lda = p.trans_a ? p.m : p.k, ldb = p.trans_b ? p.k : p.n;
  Gemm gemm;
  gemm.trans_a = p.trans_a;
  gemm.trans_b = p.trans_b;
  gemm.m = std::min(size.rows, p.m - i);
  gemm.n = std::min(size.columns, p.n - j);
  gemm.k = p.k;
  gemm.a = p.a + g * p.m * p.k + (p.trans_a ? i : i * lda);
  gemm.lda = lda;
  gemm.b = p.b + g * p.k * p.n + (p.trans_b ? j * ldb : j);
  gemm.ldb = ldb;
  gemm.beta = p.bias != nullptr ? 1.0f : 0.0f;
  gemm.c = p.c + g * p.m * p.n + i * p.n + j;
  gemm.ldc = p.n;
  if (p.bias != nullptr) Start(p, j, gemm.c, gemm.m, gemm.n);
  CallBlas(gemm);
}

}  // namespace

Task Multiply(const Product& p) {
  const int64_t multiplications = p.m * p.n * p.k;
  Task task;
  // Nanoseconds at 60 GFLOP/s, and a little for each call.
  task.work =
      static_cast<double>(p.batch) * (50.0 + static_cast<double>(multiplications) / 30.0);
  if (multiplications < kTiny) {
    const int64_t group =
        std::max<int64_t>(1, 4 * kTiny / std::max<int64_t>(1, multiplications));
    task.blocks = p.m * p.n > 0 ? CeilDiv(p.batch, group) : 0;
    task.scratch = p.trans_b ? p.k * p.n : 0;
    task.run = [p, group](int64_t begin, int64_t end, Context& context) {
      for (int64_t g = begin * group; g < std::min(end * group, p.batch); ++g) {
        RunTiny(p, g, context);
      }
    };
    return task;
  }
  const Blocks size = Cut(p);
  task.blocks = p.batch * CeilDiv(p.m, size.rows) * CeilDiv(p.n, size.columns);
  task.run = [p, size](int64_t begin, int64_t end, Context&) {
    for (int64_t block = begin; block < end; ++block) RunBlock(p, size, block);
  };
  return task;
}

}  // namespace glia
