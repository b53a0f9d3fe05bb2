#include "threads.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "error.h"
#include "worker.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define GLIA_FORK
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace glia {
namespace {

// Turns of a waiting loop before a thread lets others on its core run.
constexpr int kSpins = 2000;
// Turns after those, before it sleeps.
constexpr int kYields = 200;

using Clock = std::chrono::steady_clock;

// Brief runs that follow each other at most so far apart are worth keeping threads awake
// for.
constexpr auto kOften = std::chrono::microseconds(200);

// All threads that were ever started. On the heap and never destroyed, since threads
// sleep in it when the process ends.
class Threads {
 public:
  // One run at a time has the team.
  std::mutex team;
  std::vector<Worker*> team_workers;

  // Starts workers for the team until it has `wanted`; says how many it may use.
  int Gather(int wanted) {
    try {
      while (static_cast<int>(team_workers.size()) < wanted)
        team_workers.push_back(Worker::Start());
    } catch (const Error&) {
      // Fewer threads compute the same.
    }
    return std::min(wanted, static_cast<int>(team_workers.size()));
  }

  // Whether the team's first `count` workers are on the watch for work. Those that are
  // not are woken, for the next run, if the last was a moment ago.
  bool Awake(int count) {
    const auto now = Clock::now();
    const bool often = now - last_brief_ < kOften;
    last_brief_ = now;
    bool all = true;
    for (int i = 0; i < count; ++i) {
      if (team_workers[i]->awake()) continue;
      all = false;
      if (often) team_workers[i]->Wake();
    }
    return all;
  }

  // A worker for the background that has nothing to do.
  Worker* TakeIdle() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (idle_.empty()) return Worker::Start();
    Worker* worker = idle_.back();
    idle_.pop_back();
    return worker;
  }

  void GiveIdle(Worker* worker) {
    std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(worker);
  }

 private:
  Clock::time_point last_brief_;
  std::mutex mutex_;
  std::vector<Worker*> idle_;
};

Threads* all = nullptr;

#if defined(GLIA_FORK)
// Only the forking thread lives on in a child: what the others were is given up.
void ForgetThreads() { all = new Threads; }
#endif

Threads& All() {
  static const bool once = [] {
    all = new Threads;
#if defined(GLIA_FORK)
    pthread_atfork(nullptr, nullptr, ForgetThreads);
#endif
    return true;
  }();
  static_cast<void>(once);
  return *all;
}

}  // namespace

void Pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

bool Barrier::Wait(bool stop) {
  const uint32_t round = round_.load(std::memory_order_relaxed);
  if (stop) stop_.store(true, std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == count_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    const uint32_t stopped = stop_.load(std::memory_order_relaxed) ? 1 : 0;
    round_.store((round / 2 + 1) * 2 + stopped);
    if (sleepers_.load() > 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      woken_.notify_all();
    }
    return stopped != 0;
  }
  return WaitFor(round) % 2 != 0;
}

// The number of the round after `round`.
uint32_t Barrier::WaitFor(uint32_t round) {
  uint32_t now;
  for (int turn = 0; turn < kSpins + kYields; ++turn) {
    if ((now = round_.load(std::memory_order_acquire)) != round) return now;
    if (turn < kSpins)
      Pause();
    else
      std::this_thread::yield();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  ++sleepers_;
  woken_.wait(lock, [&] { return (now = round_.load()) != round; });
  --sleepers_;
  return now;
}

void RunOnTeam(int wanted, bool brief, const std::function<void(Member)>& work) {
  Threads& threads = All();
  std::unique_lock<std::mutex> mine(threads.team, std::defer_lock);
  const bool shared = wanted > 1 && mine.try_lock();
  const int others = shared ? threads.Gather(wanted - 1) : 0;
  // Nobody asks without the lock: what `Awake` notes belongs to it.
  const bool alone = others > 0 && brief && !threads.Awake(others);
  const int count = alone ? 1 : others + 1;
  Barrier barrier(count);
  std::atomic<int> left{count - 1};
  for (int thread = 1; thread < count; ++thread) {
    threads.team_workers[thread - 1]->Give([&work, &left, &barrier, thread, count] {
      work({thread, count, barrier});
      left.fetch_sub(1, std::memory_order_acq_rel);
    });
  }
  work({0, count, barrier});
  for (int turn = 0; left.load(std::memory_order_acquire) > 0; ++turn) {
    if (turn < kSpins)
      Pause();
    else
      std::this_thread::yield();
  }
}

void RunInBackground(std::function<void()> job) {
  Threads& threads = All();
  Worker* worker = threads.TakeIdle();
  worker->Give([&threads, worker, job = std::move(job)] {
    job();
    threads.GiveIdle(worker);
  });
}

}  // namespace glia
