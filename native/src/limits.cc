#include "limits.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>

#include "simd.h"
#include "storage.h"
#include "threads.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__GNUC__)
#include <arm_neon.h>
#endif

namespace glia {
namespace {

// A value that goes in here is computed, even though nobody reads it.
template <typename T>
void Keep(T value) {
  volatile T kept = value;
  static_cast<void>(kept);
}

// Multiply-adds that do not wait for each other: processors start two a cycle and take
// four or five cycles for each. With two factors they fit into sixteen registers.
constexpr int kChains = 12;

// Defines `double name(turns, x)`, which gives the operations that it did. Intrinsics,
// because contraction is off.
#define GLIA_CHAINS(name, target, Lanes, MULTIPLY_ADD)                                 \
  target double name(int64_t turns, float x) {                                         \
    const Lanes factor = Lanes{} + x, term = Lanes{} + x;                              \
    Lanes sums[kChains];                                                               \
    for (int i = 0; i < kChains; ++i) sums[i] = term + static_cast<float>(i);          \
    for (int64_t turn = 0; turn < turns; ++turn) {                                     \
      for (int i = 0; i < kChains; ++i) sums[i] = MULTIPLY_ADD(sums[i], factor, term); \
    }                                                                                  \
    for (int i = 1; i < kChains; ++i) sums[0] += sums[i];                              \
    float first;                                                                       \
    std::memcpy(&first, &sums[0], sizeof first);                                       \
    Keep(first);                                                                       \
    constexpr int kOperations = 2 * kChains * (sizeof(Lanes) / sizeof(float));         \
    return static_cast<double>(turns) * kOperations;                                   \
  }

#if defined(__x86_64__) && defined(__GNUC__)
#define GLIA_TWO_OPERATIONS(a, b, c) ((a) * (b) + (c))
GLIA_CHAINS(ChainsBase, , __m128, GLIA_TWO_OPERATIONS)
GLIA_CHAINS(ChainsAvx2, GLIA_TARGET_AVX2, __m256, _mm256_fmadd_ps)
GLIA_CHAINS(ChainsAvx512, GLIA_TARGET_AVX512, __m512, _mm512_fmadd_ps)
#else
#if defined(__aarch64__) && defined(__GNUC__)
#define GLIA_MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
GLIA_CHAINS(ChainsBase, , float32x4_t, GLIA_MULTIPLY_ADD)
#else
#define GLIA_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
GLIA_CHAINS(ChainsBase, , float, GLIA_MULTIPLY_ADD)
#endif
constexpr auto* ChainsAvx2 = ChainsBase;
constexpr auto* ChainsAvx512 = ChainsBase;
#endif

double Now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// Turns of something, taken by a thread of the team.
using Turns = std::function<void(Member member, int64_t turns)>;

// Seconds that a turn takes all threads: the best of eight slices or more.
double BestTurn(int threads, double seconds, const Turns& take) {
  double best = std::numeric_limits<double>::infinity();
  int64_t turns = 1;
  RunOnTeam(threads, false, [&](Member member) {
    const double slice = seconds / 8, end = Now() + seconds;
    bool done = false;
    do {
      const double start = Now();
      take(member, turns);
      member.barrier.Wait(false);
      if (member.thread == 0) {
        const double taken = Now() - start;
        if (taken >= slice / 2)
          best = std::min(best, taken / static_cast<double>(turns));
        else
          turns *= 2;
        done = taken >= slice / 2 && Now() >= end;
      }
    } while (!member.barrier.Wait(done));
  });
  return best;
}

int TeamOf(int threads) {
  int count = 1;
  RunOnTeam(threads, false, [&](Member member) {
    if (member.thread == 0) count = member.count;
  });
  return count;
}

double Peak(int threads, double seconds) {
  static const auto chains = ForThisCpu(ChainsBase, ChainsAvx2, ChainsAvx512);
  // Half of a number plus a half of it again: the sums neither grow nor become denormal.
  constexpr int64_t kTurns = 256;
  const double operations = chains(kTurns, 0.5f);
  const double turn = BestTurn(
      threads, seconds, [&](Member, int64_t turns) { chains(turns * kTurns, 0.5f); });
  return operations * threads / turn;
}

}  // namespace

// Bits instead of sums, because integers may be put together in any order, and four
// streams, because one would wait for itself.
GLIA_LOOP(ReadAll, (const int32_t* x, int64_t n), (x, n)) {
  const int64_t quarter = n / 4;
  const int32_t *x1 = x + quarter, *x2 = x1 + quarter, *x3 = x2 + quarter;
  int32_t a = 0, b = 0, c = 0, d = 0;
  for (int64_t i = 0; i < quarter; ++i) {
    a ^= x[i];
    b ^= x1[i];
    c ^= x2[i];
    d ^= x3[i];
  }
  Keep(a ^ b ^ c ^ d);
}

GLIA_LOOP(Triad, (const float* b, const float* c, float* a, int64_t n), (b, c, a, n)) {
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) a[i] = b[i] + 0.5f * c[i];
}

namespace {

// A thread's memory: from what a first-level cache holds to what few last ones do.
constexpr int64_t kLeastBytes = int64_t{1} << 14, kMostBytes = int64_t{1} << 28;
// All threads together take no more.
constexpr int64_t kTotalBytes = int64_t{1} << 29;

std::vector<Bandwidth> Bandwidths(int threads, double seconds) {
  const int64_t most = std::min(kMostBytes, kTotalBytes / threads);
  // In floats, from one cache line to another.
  const int64_t own = most / 64 * 16;
  Memory memory(own * threads);
  // Memory lies near the thread that touches it first.
  RunOnTeam(threads, false, [&](Member member) {
    for (int thread = member.thread; thread < threads; thread += member.count)
      std::fill_n(memory.data() + thread * own, own, 1.0f);
  });
  std::vector<Bandwidth> found;
  for (int64_t bytes = kLeastBytes; bytes <= most; bytes *= 4) {
    const double all = static_cast<double>(bytes) * threads;
    const double read = BestTurn(threads, seconds, [&](Member member, int64_t turns) {
      const float* x = memory.data() + member.thread * own;
      for (; turns > 0; --turns) ReadAll(reinterpret_cast<const int32_t*>(x), bytes / 4);
    });
    // A third for each array, on a cache line.
    const int64_t n = bytes / 12 / 16 * 16;
    const double triad = BestTurn(threads, seconds, [&](Member member, int64_t turns) {
      float* a = memory.data() + member.thread * own;
      for (; turns > 0; --turns) Triad(a + n, a + 2 * n, a, n);
    });
    found.push_back({bytes, all / read, 12.0 * static_cast<double>(n) * threads / triad});
  }
  return found;
}

double RoundOf(int threads, double seconds) {
  return BestTurn(threads, seconds, [](Member member, int64_t turns) {
    for (; turns > 0; --turns) member.barrier.Wait(false);
  });
}

}  // namespace

Limits MeasureLimits(int threads, double seconds, bool memory) {
  const int count = TeamOf(threads);
  return {count, Peak(count, seconds), RoundOf(count, seconds),
          memory ? Bandwidths(count, seconds) : std::vector<Bandwidth>{}};
}

std::vector<double> Numbers(const Limits& limits) {
  std::vector<double> numbers = {static_cast<double>(limits.threads), limits.flops,
                                 limits.barrier};
  for (const Bandwidth& one : limits.bandwidth) {
    numbers.insert(numbers.end(), {static_cast<double>(one.bytes), one.read, one.triad});
  }
  return numbers;
}

}  // namespace glia
