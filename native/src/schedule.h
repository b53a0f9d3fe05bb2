// The tasks of a program in order: where threads must meet, which thread takes what, and
// how many threads pay. None of it changes a bit of what is computed.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"

namespace glia {

// Memory that a task reads and writes.
struct Touched {
  std::vector<Span> reads, writes;
};

struct Step {
  Task task;
  // Every thread must have finished what comes before it.
  bool wait = false;
  // Of a task of one block: the thread that takes it.
  int owner = 0;
};

class Schedule {
 public:
  void Add(Task task, const Touched& touched);

  // Settles all that depends on the number of threads: up to `most`, as many as pay, or
  // all of them.
  void Settle(int most, bool all);

  const std::vector<Step>& steps() const { return steps_; }
  // How many threads it runs on.
  int threads() const { return threads_; }
  // Whether so many steps are not worth waking a sleeping thread for. Never where all
  // threads are to take part.
  bool IsBrief(int64_t steps) const;
  // Floats of scratch memory per thread.
  int64_t scratch() const { return scratch_; }

 private:
  double TimeOn(int threads) const;
  int ThreadsThatPay(int most) const;
  void ShareSingles();

  std::vector<Step> steps_;
  // What has been touched since threads last met.
  Touched touched_;
  int threads_ = 1;
  bool all_ = false;
  // Estimate of a step, in nanoseconds.
  double time_ = 0;
  int64_t scratch_ = 0;
  // Floats that tasks write.
  double written_ = 0;
};

}  // namespace glia
