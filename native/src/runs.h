// The runs that go on in the background for one JavaScript environment: the main thread,
// or a worker thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace glia {

class Runs : public std::enable_shared_from_this<Runs> {
 public:
  // Also registers for the end of the process: memory that kernels use, such as the
  // BLAS's, goes away there while threads still run.
  static std::shared_ptr<Runs> Create();

  // Runs `work` in the background and then `deliver`, unless the environment has gone by
  // then. Throws Error.
  void Start(std::function<void(const std::atomic<bool>& stop)> work,
             std::function<void()> deliver);

  // Stops what runs and waits for it. Nothing is delivered any more.
  void Close();

 private:
  void Finish(const std::function<void()>& deliver);

  std::mutex mutex_;
  std::condition_variable finished_;
  std::atomic<bool> closed_{false};
  int running_ = 0;
};

}  // namespace glia
