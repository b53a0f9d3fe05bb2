#include "schedule.h"

#include <algorithm>
#include <utility>

namespace glia {
namespace {

// Nanoseconds that threads wait for each other.
constexpr double kMeeting = 300;
// Nanoseconds to move a float that one core has changed to the cache of another.
// Measured: 0.3 to 0.6 up to 64 KB, half of that from 256 KB on.
constexpr double kMoving = 0.4;
// Part of the time on one thread that more threads must promise to stay below.
constexpr double kGain = 0.8;
// Nanoseconds of a run that is not worth waking a sleeping thread for.
constexpr double kBrief = 200e3;

bool AnyOverlap(const std::vector<Span>& a, const std::vector<Span>& b) {
  for (const Span& one : a) {
    for (const Span& other : b) {
      if (Overlap(one, other)) return true;
    }
  }
  return false;
}

}  // namespace

void Schedule::Add(Task task, const Touched& touched) {
  if (task.blocks == 0) return;
  scratch_ = std::max(scratch_, task.scratch);
  const bool wait = steps_.empty() || AnyOverlap(touched.reads, touched_.writes) ||
                    AnyOverlap(touched.writes, touched_.reads) ||
                    AnyOverlap(touched.writes, touched_.writes);
  for (const Span& span : touched.writes)
    written_ += static_cast<double>(span.end - span.begin);
  if (wait) touched_ = {};
  touched_.reads.insert(touched_.reads.end(), touched.reads.begin(), touched.reads.end());
  touched_.writes.insert(touched_.writes.end(), touched.writes.begin(),
                         touched.writes.end());
  steps_.push_back({std::move(task), wait, 0});
}

void Schedule::Settle(int most, bool all) {
  all_ = all;
  threads_ = all ? std::max(most, 1) : ThreadsThatPay(most);
  time_ = TimeOn(threads_);
  ShareSingles();
}

bool Schedule::IsBrief(int64_t steps) const {
  return !all_ && time_ * static_cast<double>(steps) < kBrief;
}

int Schedule::ThreadsThatPay(int most) const {
  const double alone = TimeOn(1);
  double best = kGain * alone;
  int pay = 1;
  for (int threads = 2; threads <= most; ++threads) {
    const double time = TimeOn(threads);
    if (time >= best) continue;
    best = time;
    pay = threads;
  }
  return pay;
}

// Estimate of a step in nanoseconds. What a thread has written, the others mostly read.
double Schedule::TimeOn(int threads) const {
  double time = kMoving * written_ * (1.0 - 1.0 / threads);
  for (const Step& step : steps_) {
    const auto blocks = static_cast<double>(step.task.blocks);
    const auto most = static_cast<double>(CeilDiv(step.task.blocks, threads));
    time += step.task.work * most / blocks;
    if (step.wait && threads > 1) time += kMeeting;
  }
  return time;
}

// Between two meetings, tasks of one block fall to the threads that have least to do.
void Schedule::ShareSingles() {
  std::vector<double> load(static_cast<size_t>(threads_));
  for (Step& step : steps_) {
    if (step.wait) std::fill(load.begin(), load.end(), 0.0);
    if (step.task.blocks == 1) {
      const auto least = std::min_element(load.begin(), load.end());
      step.owner = static_cast<int>(least - load.begin());
      *least += step.task.work;
    } else {
      for (double& one : load) one += step.task.work / threads_;
    }
  }
}

}  // namespace glia
