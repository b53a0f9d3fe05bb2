// A thread that waits for work.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace glia {

// Never destroyed: its thread may sleep when the process ends.
class Worker {
 public:
  // Throws Error when the system has no more threads.
  static Worker* Start();

  // The worker must have taken up what it was given before.
  void Give(std::function<void()> work);

  // Whether it looks out for work, or works, and needs no waking.
  bool awake() const { return awake_.load(std::memory_order_acquire); }
  // Has it look out for work again, without giving it any.
  void Wake();

 private:
  Worker() = default;
  void Loop();
  std::function<void()> Take();

  std::mutex mutex_;
  std::condition_variable given_;
  std::atomic<bool> has_work_{false}, awake_{true};
  bool called_ = false;
  std::function<void()> work_;
};

}  // namespace glia
