#include "schedule.h"

#include <algorithm>
#include <utility>

namespace glia {
namespace {

// Below this much work, in nanoseconds, a second thread costs more than it brings: moving
// what one core has changed to the cache of another takes longer than computing it.
constexpr double kWorthSharing = 60e3;
// Nanoseconds that threads wait for each other.
constexpr double kMeeting = 1e3;
// Part of the time on one thread that more threads must promise to stay below.
constexpr double kGain = 0.8;

bool Overlap(const std::vector<Span>& a, const std::vector<Span>& b) {
  for (const Span& one : a) {
    for (const Span& other : b) {
      if (one.begin < other.end && other.begin < one.end) return true;
    }
  }
  return false;
}

}  // namespace

void Schedule::Add(Task task, const Touched& touched) {
  if (task.blocks == 0) return;
  scratch_ = std::max(scratch_, task.scratch);
  const bool wait = steps_.empty() || Overlap(touched.reads, touched_.writes) ||
                    Overlap(touched.writes, touched_.reads) ||
                    Overlap(touched.writes, touched_.writes);
  if (wait) touched_ = {};
  touched_.reads.insert(touched_.reads.end(), touched.reads.begin(), touched.reads.end());
  touched_.writes.insert(touched_.writes.end(), touched.writes.begin(),
                         touched.writes.end());
  steps_.push_back({std::move(task), wait, 0});
}

void Schedule::Settle(int most, bool all) {
  threads_ = all ? std::max(most, 1) : ThreadsThatPay(most);
  ShareSingles();
}

int Schedule::ThreadsThatPay(int most) const {
  const double alone = TimeOn(1);
  double best = kGain * alone;
  int pay = 1;
  for (int threads = 2; threads <= most && alone >= kWorthSharing; ++threads) {
    const double time = TimeOn(threads);
    if (time >= best) continue;
    best = time;
    pay = threads;
  }
  return pay;
}

// Estimate of a step in nanoseconds.
double Schedule::TimeOn(int threads) const {
  double time = 0;
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
