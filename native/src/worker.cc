#include "worker.h"

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "error.h"
#include "threads.h"

namespace glia {
namespace {

using Clock = std::chrono::steady_clock;

// Waking a sleeping thread takes about as long as this; a program that is driven step by
// step comes back sooner.
constexpr auto kAwake = std::chrono::microseconds(50);

}  // namespace

Worker* Worker::Start() {
  Worker* worker = new Worker;
  try {
    std::thread([worker] { worker->Loop(); }).detach();
  } catch (const std::system_error& error) {
    delete worker;
    throw Error("MEMORY", std::string("no thread to compute on: ") + error.what());
  }
  return worker;
}

void Worker::Give(std::function<void()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = std::move(work);
    has_work_.store(true, std::memory_order_release);
  }
  given_.notify_one();
}

void Worker::Wake() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    called_ = true;
  }
  given_.notify_one();
}

std::function<void()> Worker::Take() {
  const auto given = [this] { return has_work_.load(std::memory_order_acquire); };
  for (;;) {
    for (const auto until = Clock::now() + kAwake; !given() && Clock::now() < until;)
      Pause();
    std::unique_lock<std::mutex> lock(mutex_);
    if (!given()) awake_.store(false, std::memory_order_release);
    given_.wait(lock, [&] { return given() || called_; });
    awake_.store(true, std::memory_order_release);
    called_ = false;
    if (!given()) continue;
    has_work_.store(false, std::memory_order_relaxed);
    return std::move(work_);
  }
}

void Worker::Loop() {
  for (;;) Take()();
}

}  // namespace glia
