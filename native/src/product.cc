#include "product.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "gemm.h"
#include "tiny.h"

namespace glia {
namespace {

// Below this number of multiplications, tiles and panels cost more than multiplying.
constexpr int64_t kFew = 512;

// Columns that a product of few numbers computes at once.
constexpr int64_t kStrip = 16;

// Multiplications of a block, at least: some microseconds.
constexpr int64_t kLeast = int64_t{1} << 18;

int64_t RoundUp(int64_t x, int64_t unit) { return CeilDiv(x, unit) * unit; }

// How c is cut. Each block packs its columns of b again, and a panel of b does for all
// rows of a block.
Grid Cut(const Product& p) {
  constexpr int64_t kNarrow = 16, kMany = 512, kDeep = 1024, kRows = 64, kSide = 256;
  const int64_t m = std::max<int64_t>(p.m, 1), n = std::max<int64_t>(p.n, 1);
  const int64_t k = std::max<int64_t>(p.k, 1);
  // A block of so many rows or more is worth its while, given its columns.
  const auto rows = [&](int64_t wanted, int64_t columns) {
    return std::min(m, std::max(wanted, RoundUp(CeilDiv(kLeast, columns * k), kStrip)));
  };
  if (n <= kNarrow) return {p.m, p.n, rows(kRows, n), n};
  // A long sum reads much of both sides for each block, so that blocks are square.
  if (k >= kDeep) return {p.m, p.n, rows(kSide, std::min(n, kSide)), std::min(n, kSide)};
  // Full rows of a weight gradient lie together, as the optimizer's state does.
  if (p.trans_a) return {p.m, p.n, rows(kRows, n), n};
  if (m > kMany) return {p.m, p.n, rows(kSide, n), n};
  // A number of b is read in the time of two multiplications. Pieces come in powers of
  // two, so that as many threads have the same to do.
  int64_t pieces = 1;
  while (2 * pieces * kLeast <= std::max<int64_t>(m, 2) * k * n) pieces *= 2;
  return {p.m, p.n, m, std::min(n, RoundUp(CeilDiv(n, pieces), kPanel))};
}

}  // namespace

// c[m, n] = op(a) · b for few numbers. `ai` and `ap` are the strides of op(a)[i, p]; rows
// of b are padded to `ldb`, a multiple of kStrip.
GLIA_LOOP(MultiplyFew,
          (const float* a, int64_t ai, int64_t ap, const float* b, int64_t ldb, int64_t m,
           int64_t n, int64_t k, float* c),
          (a, ai, ap, b, ldb, m, n, k, c)) {
  for (int64_t j = 0; j < n; j += kStrip) {
    const int64_t columns = std::min(kStrip, n - j);
    for (int64_t i = 0; i < m; ++i) {
      float sums[kStrip] = {};
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

void RunFew(const Product& p, int64_t g, Context& context) {
  const int64_t ldb = RoundUp(p.n, kStrip);
  PackRows(p, p.b + g * p.k * p.n, ldb, context.scratch);
  MultiplyFew(p.a + g * p.m * p.k, p.trans_a ? 1 : p.k, p.trans_a ? p.m : 1,
              context.scratch, ldb, p.m, p.n, p.k, p.c + g * p.m * p.n);
}

// For the rows and columns of a block.
Finish FinishAt(const Product& p, const Rect& at) {
  Finish finish = p.finish;
  if (finish.other != nullptr) finish.other += at.row * finish.ld + at.column;
  if (finish.adam.p != nullptr) {
    const int64_t first = at.row * p.n + at.column;
    finish.adam.p += first;
    finish.adam.m += first;
    finish.adam.v += first;
  }
  return finish;
}

// Writes to c, or to `block`.
void RunBlock(const Product& p, const Rect& at, float* block, Context& context) {
  const int64_t g = at.row / p.m, i = at.row % p.m, j = at.column;
  Gemm gemm;
  gemm.trans_a = p.trans_a;
  gemm.trans_b = p.trans_b;
  gemm.m = at.rows;
  gemm.n = at.columns;
  gemm.k = p.k;
  gemm.lda = p.trans_a ? p.m : p.k;
  gemm.a = p.a + g * p.m * p.k + (p.trans_a ? i : i * gemm.lda);
  gemm.ldb = p.trans_b ? p.k : p.n;
  gemm.b = p.b + g * p.k * p.n + (p.trans_b ? j * gemm.ldb : j);
  gemm.c = block != nullptr ? block : p.c + at.row * p.n + j;
  gemm.ldc = block != nullptr ? at.columns : p.n;
  gemm.finish = FinishAt(p, at);
  Multiply(gemm, context.scratch);
}

// Matrices that fit a vector each.
struct Tiny {
  std::vector<Lanes> a, b;
};

Tiny TinyLanes(const Product& p) {
  Tiny tiny;
  for (int64_t q = 0; q < p.k; ++q) {
    Lanes a, b;
    for (int64_t at = 0; at < p.m * p.n; ++at) {
      const int64_t i = at / p.n, j = at % p.n;
      a.at[at] = static_cast<int32_t>(p.trans_a ? q * p.m + i : i * p.k + q);
      b.at[at] = static_cast<int32_t>(p.trans_b ? j * p.k + q : q * p.n + j);
    }
    tiny.a.push_back(a);
    tiny.b.push_back(b);
  }
  return tiny;
}

}  // namespace

Task MultiplyTinily(const Product& p) {
  Task task;
  task.grid = {p.m, p.n, p.m, p.n};
  task.run = [p, tiny = TinyLanes(p)](int64_t, int64_t, Context&) {
    MultiplyTiny(p.a, tiny.a.data(), p.b, tiny.b.data(), p.k, p.c);
  };
  return task;
}

bool TakeFinish(const Finished& finish, Product* p) {
  // Few numbers are multiplied without tiles, and c may be wanted as well.
  const bool wanted = !p->inner && finish.to != p->c;
  if (p->m * p->n * p->k < kFew || wanted) return false;
  p->finish = finish.by;
  p->c = finish.to;
  p->inner = false;
  return true;
}

Task Multiply(const Product& p) {
  const int64_t multiplications = p.m * p.n * p.k;
  Task task;
  // Nanoseconds at 80 GFLOP/s, or at 80 GB/s where there are few rows to each number of
  // b, and a little for each call.
  const double computing = static_cast<double>(multiplications) / 40.0;
  const double reading = static_cast<double>(p.k * p.n) / 20.0;
  task.work = static_cast<double>(p.batch) * (30.0 + std::max(computing, reading));
  if (p.batch == 0 || p.m == 0 || p.n == 0) {
    task.blocks = 0;
  } else if (multiplications < kFew) {
    const int64_t group =
        std::max<int64_t>(1, 4 * kFew / std::max<int64_t>(1, multiplications));
    task.blocks = CeilDiv(p.batch, group);
    task.scratch = p.k * RoundUp(p.n, kStrip);
    if (p.batch == 1) task.grid = {p.m, p.n, p.m, p.n};
    task.run = [p, group](int64_t begin, int64_t end, Context& context) {
      for (int64_t g = begin * group; g < std::min(end * group, p.batch); ++g) {
        RunFew(p, g, context);
      }
    };
  } else {
    const Grid grid = Cut(p);
    task.grid = grid;
    task.blocks = p.batch * grid.tall() * grid.wide();
    task.scratch = kGemmScratch;
    // A block that stays in the second-level cache until the region has read it.
    constexpr int64_t kCached = int64_t{1} << 16;
    const int64_t size = grid.rows * grid.columns;
    if (p.inner && task.blocks > 1 && size <= kCached) {
      task.block_at = task.scratch;
      task.scratch += RoundUp(size, kStrip);
    }
    task.run = [p, grid, at = task.block_at](int64_t begin, int64_t end,
                                             Context& context) {
      float* block = at == Task::kInPlace ? nullptr : context.scratch + at;
      for (int64_t i = begin; i < end; ++i) RunBlock(p, grid.At(i), block, context);
    };
  }
  return task;
}

}  // namespace glia
