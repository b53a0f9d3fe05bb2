// What this machine can do at best, for benchmarks to measure programs by.
#pragma once

#include <cstdint>
#include <vector>

namespace glia {

// Bytes a second that all threads together move, each within memory of its own.
struct Bandwidth {
  // Of a thread's memory.
  int64_t bytes;
  // Reads only, and two reads for a write (STREAM's triad; J. McCalpin, 1995).
  double read, triad;
};

struct Limits {
  // Threads that took part: fewer than wanted where the system has no more.
  int threads;
  // Floating-point operations a second in registers, a multiply-add counted as two.
  double flops;
  // Seconds until all threads have met and gone on.
  double barrier;
  // From the first-level cache to memory.
  std::vector<Bandwidth> bandwidth;
};

// Measures each figure for `seconds` on the team, which no run may use meanwhile, and
// keeps the best of its slices: a limit is what nothing disturbed. The bandwidths, which
// take up to half a gigabyte, are left out unless there may be `memory` for them.
Limits MeasureLimits(int threads, double seconds, bool memory);

// Threads, operations, barrier, and three numbers for each bandwidth.
std::vector<double> Numbers(const Limits& limits);

}  // namespace glia
