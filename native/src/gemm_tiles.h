// The product kernel for one instruction set, in terms of `Simd`, which the including
// file has defined: vectors of kLanes floats. Everything here has internal linkage, since
// each instruction set compiles its own copy.
//
// c is computed in tiles of kRows rows and kVectors vectors, whose sums stay in registers
// (Goto and van de Geijn, 2008). b is packed in panels as wide as a tile, kDepth rows at
// a time, so that a panel stays in the second-level cache; a is read where it lies.
#include <algorithm>

#include "gemm.h"
#include "gemm_finish.h"

namespace glia {
namespace {

// Loops over registers. They must be unrolled, whatever the compiler thinks of their
// size.
#define GLIA_UNROLL _Pragma("GCC unroll 16")

constexpr int kWidth = kVectors * kLanes;
// Rows of a tile of n vectors: as many sums as fit, so that each has time to finish.
constexpr int RowsOf(int n) { return 2 * n <= kVectors ? 2 * kRows : kRows; }
constexpr int64_t kDepth = 256;

// Where one side of a product is read: element [i, p] of a at a + i * ai + p * ap.
struct Tile {
  int64_t k;
  const float* a;
  int64_t ai, ap;
  const float* b;
  // Distance of two rows of b.
  int64_t bp;
  float* c;
  int64_t ldc;
  // Columns of the last vector that are there.
  int last;
  // Add to what c holds.
  bool more;
};

// c[M, N vectors] (+)= a · b. Where not `kWhole`, the last vector is not all there.
template <int M, int N, bool kWhole, typename F>
void MultiplyTile(const Tile& t, F& finish) {
  using V = Simd::V;
  const auto load = [&](const float* from, int j) {
    return kWhole || j + 1 < N ? Simd::Load(from + j * kLanes)
                               : Simd::LoadFirst(from + j * kLanes, t.last);
  };
  V sums[M][N];
  GLIA_UNROLL
  for (int i = 0; i < M; ++i) {
    GLIA_UNROLL
    for (int j = 0; j < N; ++j)
      sums[i][j] = t.more ? load(t.c + i * t.ldc, j) : Simd::Zero();
  }
  const float *a = t.a, *b = t.b;
  for (int64_t p = 0; p < t.k; ++p, a += t.ap, b += t.bp) {
    V row[N];
    GLIA_UNROLL
    for (int j = 0; j < N; ++j) row[j] = load(b, j);
    GLIA_UNROLL
    for (int i = 0; i < M; ++i) {
      const V x = Simd::Fill(a[i * t.ai]);
      GLIA_UNROLL
      for (int j = 0; j < N; ++j) sums[i][j] = Simd::MultiplyAdd(x, row[j], sums[i][j]);
    }
    finish.Step();
  }
  // Copies, since stores of vectors might change what is referred to, for all that the
  // compiler knows.
  auto rows = finish.Rows();
  float* to = t.c;
  const int64_t ldc = t.ldc;
  const int last = t.last;
  GLIA_UNROLL
  for (int i = 0; i < M; ++i) {
    GLIA_UNROLL
    for (int j = 0; j < N; ++j) {
      const int column = j * kLanes;
      if (kWhole || j + 1 < N) {
        Simd::Store(to + column, rows.template Of<true>(sums[i][j], column, kLanes));
      } else {
        const auto sum = rows.template Of<false>(sums[i][j], column, last);
        Simd::StoreFirst(to + column, sum, last);
      }
    }
    to += ldc;
    rows.Down(1);
  }
}

template <int N, bool kWhole, int M, typename F>
void MultiplyHigh(const Tile& tile, int64_t rows, F& finish) {
  if (rows == M) {
    MultiplyTile<M, N, kWhole>(tile, finish);
  } else if constexpr (M > 1) {
    MultiplyHigh<N, kWhole, M - 1>(tile, rows, finish);
  }
}

// `m` rows of c, N vectors wide, in tiles of almost the same height: one of two rows
// would have too few sums to hide the time that each takes.
template <int N, bool kWhole, typename F>
void MultiplyRows(Tile tile, int64_t m, F finish) {
  constexpr int kHeight = RowsOf(N);
  const int64_t tiles = (m + kHeight - 1) / kHeight;
  if (tiles == 0) return;
  const int64_t least = m / tiles, higher = m % tiles;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t rows = i < higher ? least + 1 : least;
    MultiplyHigh<N, kWhole, kHeight>(tile, rows, finish);
    tile.a += rows * tile.ai;
    tile.c += rows * tile.ldc;
    finish.Down(rows);
  }
  finish.End();
}

template <int N, typename F>
void MultiplyColumns(const Tile& tile, int64_t m, int64_t columns, const F& finish) {
  if (columns > (N - 1) * kLanes) {
    if (!kMasksAreFree && columns == N * kLanes) {
      MultiplyRows<N, true>(tile, m, finish);
    } else {
      MultiplyRows<N, false>(tile, m, finish);
    }
  } else if constexpr (N > 1) {
    MultiplyColumns<N - 1>(tile, m, columns, finish);
  }
}

// y[j, i] = x[i, j] for up to kLanes rows and columns; y has zeros where x has no rows.
template <bool kWhole>
GLIA_INLINE void Transpose(const float* x, int64_t ldx, float* y, int64_t ldy, int rows,
                           int columns) {
  Simd::V lines[kLanes];
  GLIA_UNROLL
  for (int i = 0; i < kLanes; ++i) {
    if (kWhole) {
      lines[i] = Simd::Load(x + i * ldx);
    } else {
      lines[i] = i < rows ? Simd::LoadFirst(x + i * ldx, columns) : Simd::Zero();
    }
  }
  Simd::Transpose(lines);
  GLIA_UNROLL
  for (int j = 0; j < kLanes; ++j) {
    if (kWhole || j < columns) Simd::Store(y + j * ldy, lines[j]);
  }
}

// Rows [0, k) of op(b), `columns` wide, as rows of `width` floats.
void Pack(const Gemm& g, const float* b, int64_t k, int64_t columns, int64_t width,
          float* to) {
  if (!g.trans_b) {
    const int last = static_cast<int>(columns - (width - kLanes));
    for (int64_t p = 0; p < k; ++p) {
      const float* from = b + p * g.ldb;
      int64_t j = 0;
      for (; j + kLanes < width; j += kLanes)
        Simd::Store(to + p * width + j, Simd::Load(from + j));
      Simd::Store(to + p * width + j, Simd::LoadFirst(from + j, last));
    }
    return;
  }
  for (int64_t j = 0; j < width; j += kLanes) {
    const int rows = static_cast<int>(std::min<int64_t>(kLanes, columns - j));
    for (int64_t p = 0; p < k; p += kLanes) {
      const float* from = b + j * g.ldb + p;
      float* y = to + p * width + j;
      const int depth = static_cast<int>(std::min<int64_t>(kLanes, k - p));
      if (rows == kLanes && depth == kLanes) {
        Transpose<true>(from, g.ldb, y, width, rows, depth);
      } else {
        Transpose<false>(from, g.ldb, y, width, rows, depth);
      }
    }
  }
}

// Below this many rows, packing rows of b costs more than it brings.
constexpr int64_t kFewRows = 48;

// The panel of op(b) that begins at row p and column j.
struct Panel {
  int64_t p, k, j, columns;
};

template <typename F>
void MultiplyPanel(const Gemm& g, const Panel& at, float* scratch) {
  const int64_t width = (at.columns + kLanes - 1) / kLanes * kLanes;
  const float* b = g.b + (g.trans_b ? at.j * g.ldb + at.p : at.p * g.ldb + at.j);
  Tile tile;
  tile.k = at.k;
  tile.ai = g.trans_a ? 1 : g.lda;
  tile.ap = g.trans_a ? g.lda : 1;
  tile.a = g.a + at.p * tile.ap;
  tile.b = b;
  tile.bp = g.ldb;
  tile.c = g.c + at.j;
  tile.ldc = g.ldc;
  tile.last = static_cast<int>(at.columns - (width - kLanes));
  tile.more = at.p > 0;
  if (g.trans_b || (g.m >= kFewRows && g.ldb > width)) {
    Pack(g, b, at.k, at.columns, width, scratch);
    tile.b = scratch;
    tile.bp = width;
  }
  MultiplyColumns<kVectors>(tile, g.m, at.columns, F(g, 0, at.j));
}

// Piece by piece along k, so that a piece of a stays in cache for all panels.
template <typename F>
void MultiplyPanels(const Gemm& g, float* scratch) {
  const int64_t pieces = std::max<int64_t>(1, (g.k + kDepth - 1) / kDepth);
  const int64_t depth = (g.k + pieces - 1) / pieces;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t p = piece * depth;
    for (int64_t j = 0; j < g.n; j += kWidth) {
      const Panel at = {p, std::min(depth, g.k - p), j,
                        std::min<int64_t>(kWidth, g.n - j)};
      if (piece + 1 == pieces) {
        MultiplyPanel<F>(g, at, scratch);
      } else {
        MultiplyPanel<AsTheyAre>(g, at, scratch);
      }
    }
  }
}

// c[M, N] as inner products of rows of a and rows of b, which are read once, along k.
template <int M, int N, typename F>
void MultiplyDots(const Gemm& g, int64_t i, int64_t j) {
  using V = Simd::V;
  const float *a = g.a + i * g.lda, *b = g.b + j * g.ldb;
  V sums[M][N];
  GLIA_UNROLL
  for (int x = 0; x < M; ++x) {
    GLIA_UNROLL
    for (int y = 0; y < N; ++y) sums[x][y] = Simd::Zero();
  }
  const auto add = [&](auto load) {
    V left[M];
    GLIA_UNROLL
    for (int x = 0; x < M; ++x) left[x] = load(a + x * g.lda);
    GLIA_UNROLL
    for (int y = 0; y < N; ++y) {
      const V right = load(b + y * g.ldb);
      GLIA_UNROLL
      for (int x = 0; x < M; ++x)
        sums[x][y] = Simd::MultiplyAdd(left[x], right, sums[x][y]);
    }
  };
  int64_t p = 0;
  for (; p + kLanes <= g.k; p += kLanes)
    add([p](const float* row) { return Simd::Load(row + p); });
  if (p < g.k) {
    const int rest = static_cast<int>(g.k - p);
    add([p, rest](const float* row) { return Simd::LoadFirst(row + p, rest); });
  }
  const F finish(g, i, j);
  GLIA_UNROLL
  for (int x = 0; x < M; ++x) {
    GLIA_UNROLL
    for (int y = 0; y < N; ++y)
      g.c[(i + x) * g.ldc + j + y] = finish.Of(Simd::Sum(sums[x][y]), x, y);
  }
}

template <int M, int N, typename F>
void DotColumns(const Gemm& g, int64_t i) {
  int64_t j = 0;
  for (; j + N <= g.n; j += N) MultiplyDots<M, N, F>(g, i, j);
  for (; j + 2 <= g.n; j += 2) MultiplyDots<M, 2, F>(g, i, j);
  if (j < g.n) MultiplyDots<M, 1, F>(g, i, j);
}

template <typename F>
void MultiplyByDots(const Gemm& g) {
  int64_t i = 0;
  for (; i + kDotRows <= g.m; i += kDotRows) DotColumns<kDotRows, 4, F>(g, i);
  for (; i + 2 <= g.m; i += 2) DotColumns<2, 4, F>(g, i);
  if (i < g.m) DotColumns<1, 8, F>(g, i);
}

// Transposing b into panels does not pay for few rows, and few columns leave most of a
// vector empty; rows of both lie along k there, so inner products need neither.
bool DotsPay(const Gemm& g) {
  constexpr int64_t kFew = 12;
  return !g.trans_a && g.trans_b && g.k >= 2 * kLanes &&
         (g.m <= 4 * kDotRows || g.n <= kFew);
}

template <typename F>
void MultiplyWith(const Gemm& g, float* scratch) {
  if (DotsPay(g)) {
    MultiplyByDots<F>(g);
    F finish(g, 0, 0);
    finish.Down(g.m);
    finish.End();
  } else {
    MultiplyPanels<F>(g, scratch);
  }
}

// Adam's, where a panel is as wide as rows of the gradient may be, and there are
// registers enough for it beside the sums.
constexpr NamedGemm ForAdam() {
  if constexpr (kWidth >= kPanel) {
    return {"adam", MultiplyWith<Updating>};
  } else {
    return {};
  }
}

constexpr NamedGemm kGemms[] = {
    {"", MultiplyWith<AsTheyAre>},
    {"add", MultiplyWith<Through<Add>>},
    {"addRelu", MultiplyWith<Through<AddRelu>>},
    {"reluGrad", MultiplyWith<Through<ReluGrad>>},
    ForAdam(),
    {},
};

}  // namespace
}  // namespace glia
