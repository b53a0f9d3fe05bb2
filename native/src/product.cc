#include "product.h"

#include <algorithm>

namespace glia {
namespace {

// Below this number of multiplications, calling the BLAS costs more than multiplying.
constexpr int64_t kTiny = 512;

// Columns that a tiny product computes at once.
constexpr int64_t kStrip = 16;

// Size of the blocks that c is cut into. The BLAS packs the whole of one factor again for
// each block, so a block is the longer, the more there is to pack.
struct Blocks {
  int64_t rows, columns;
};

Blocks Cut(const Product& p) {
  // Below this many multiplications, about 80 us, a product stays whole.
  constexpr int64_t kWhole = int64_t{1} << 22;
  // What stays in the second-level cache, in floats.
  constexpr int64_t kCached = int64_t{1} << 17;
  const Blocks whole = {std::max<int64_t>(p.m, 1), std::max<int64_t>(p.n, 1)};
  // OpenBLAS has kernels for small products, which do narrow ones twice as fast as those
  // for large ones.
  constexpr int64_t kNarrow = 16, kShort = 64;
  if (p.n <= kNarrow) return {std::min(whole.rows, kShort), whole.columns};
  const int64_t cuts = p.m * p.n * p.k / kWhole;
  if (cuts < 2) return whole;
  const auto part = [&](int64_t length, int64_t packed) {
    const int64_t least = packed <= kCached ? 128 : 256;
    return std::min(CeilDiv(std::max(CeilDiv(length, cuts), least), kNarrow) * kNarrow,
                    length);
  };
  const int64_t rows = part(p.m, p.n * p.k);
  // Where a is transposed, cutting its rows is cheaper.
  if (p.m > p.n || (p.trans_a && 2 * rows <= p.m)) return {rows, whole.columns};
  return {whole.rows, part(p.n, p.m * p.k)};
}

}  // namespace

// c[m, n] = op(a) · b + start for few numbers. `ai` and `ap` are the strides of op(a)[i,
// p]; rows of b are padded to `ldb`, a multiple of kStrip, and so is `start`.
GLIA_LOOP(MultiplyTiny,
          (const float* a, int64_t ai, int64_t ap, const float* b, int64_t ldb, int64_t m,
           int64_t n, int64_t k, const float* start, float* c),
          (a, ai, ap, b, ldb, m, n, k, start, c)) {
  for (int64_t j = 0; j < n; j += kStrip) {
    const int64_t columns = std::min(kStrip, n - j);
    for (int64_t i = 0; i < m; ++i) {
      float sums[kStrip];
      for (int64_t s = 0; s < kStrip; ++s) sums[s] = start[j + s];
      for (int64_t p = 0; p < k; ++p) {
        const float factor = a[i * ai + p * ap];
        const float* row = b + p * ldb + j;
        for (int64_t s = 0; s < kStrip; ++s) sums[s] += factor * row[s];
      }
      for (int64_t s = 0; s < columns; ++s) c[i * n + j + s] = sums[s];
    }
  }
}

namespace {

// Starts a block of c, whose first column is `column`, with the bias.
void Start(const Product& p, int64_t column, float* c, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j)
      c[i * p.n + j] = p.bias[(column + j) * p.bias_step];
  }
}

// op(b) as rows that are padded to ldb.
void PackRows(const Product& p, const float* b, int64_t ldb, float* packed) {
  for (int64_t q = 0; q < p.k; ++q) {
    float* row = packed + q * ldb;
    if (p.trans_b) {
      for (int64_t j = 0; j < p.n; ++j) row[j] = b[j * p.k + q];
    } else {
      std::copy_n(b + q * p.n, p.n, row);
    }
    std::fill(row + p.n, row + ldb, 0.0f);
  }
}

void RunTiny(const Product& p, int64_t g, Context& context) {
  const int64_t ldb = CeilDiv(p.n, kStrip) * kStrip;
  float *start = context.scratch, *packed = start + ldb;
  for (int64_t j = 0; j < ldb; ++j) {
    start[j] = p.bias != nullptr && j < p.n ? p.bias[j * p.bias_step] : 0.0f;
  }
  PackRows(p, p.b + g * p.k * p.n, ldb, packed);
  MultiplyTiny(p.a + g * p.m * p.k, p.trans_a ? 1 : p.k, p.trans_a ? p.m : 1, packed, ldb,
               p.m, p.n, p.k, start, p.c + g * p.m * p.n);
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
    task.scratch = (p.k + 1) * CeilDiv(p.n, kStrip) * kStrip;
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
