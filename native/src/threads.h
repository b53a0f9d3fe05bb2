// Threads that compute. Every thread of a team runs the same function; a barrier holds
// them together.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace glia {

// Tells the processor that a loop only waits.
void Pause();

// A point that each of `count` threads reaches before any goes on.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count) {}

  // Whether to stop is decided by who says so before its last arrival, and all learn the
  // same.
  bool Wait(bool stop);

 private:
  uint32_t WaitFor(uint32_t round);

  const int count_;
  // Number of the round times two, plus one once somebody wants to stop.
  alignas(64) std::atomic<uint32_t> round_{0};
  alignas(64) std::atomic<int> arrived_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable woken_;
};

// A thread's place in a team.
struct Member {
  int thread, count;
  Barrier& barrier;
};

// Runs `work` on the calling thread, which is number 0, and on others, and returns when
// all have finished. They are `wanted` in all, or one alone while another caller has the
// team, or, for what is `brief`, while some of the others sleep: waking takes longer.
void RunOnTeam(int wanted, bool brief, const std::function<void(Member)>& work);

// Runs `job` on a thread of its own, an idle one when there is one. Throws Error when the
// system has no more threads.
void RunInBackground(std::function<void()> job);

}  // namespace glia
