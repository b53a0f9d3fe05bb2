#include "runs.h"

#include <chrono>
#include <cstdlib>
#include <utility>
#include <vector>

#include "threads.h"

namespace glia {
namespace {

// A step that has begun is finished before the process ends, unless it takes longer than
// this.
constexpr auto kPatience = std::chrono::seconds(10);

struct Registry {
  std::mutex mutex;
  std::vector<std::weak_ptr<Runs>> all;
};

Registry& Everywhere() {
  static Registry* registry = new Registry;
  return *registry;
}

void CloseAll() {
  std::vector<std::weak_ptr<Runs>> all;
  {
    std::lock_guard<std::mutex> lock(Everywhere().mutex);
    all = Everywhere().all;
  }
  for (const std::weak_ptr<Runs>& one : all) {
    if (std::shared_ptr<Runs> runs = one.lock()) runs->Close();
  }
}

}  // namespace

std::shared_ptr<Runs> Runs::Create() {
  static const bool once = std::atexit(CloseAll) == 0;
  static_cast<void>(once);
  auto runs = std::make_shared<Runs>();
  std::lock_guard<std::mutex> lock(Everywhere().mutex);
  std::vector<std::weak_ptr<Runs>>& all = Everywhere().all;
  for (size_t i = all.size(); i-- > 0;) {
    if (all[i].expired()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
  }
  all.push_back(runs);
  return runs;
}

void Runs::Start(std::function<void(const std::atomic<bool>& stop)> work,
                 std::function<void()> deliver) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++running_;
  }
  try {
    RunInBackground([self = shared_from_this(), work = std::move(work),
                     deliver = std::move(deliver)] {
      work(self->closed_);
      self->Finish(deliver);
    });
  } catch (...) {
    Finish([] {});
    throw;
  }
}

void Runs::Finish(const std::function<void()>& deliver) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!closed_) deliver();
  --running_;
  finished_.notify_all();
}

void Runs::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  // By the clock on the wall: to wait by a steady one takes a function of glibc 2.30,
  // newer than the oldest that Node.js runs on.
  const auto until = std::chrono::system_clock::now() + kPatience;
  finished_.wait_until(lock, until, [this] { return running_ == 0; });
}

}  // namespace glia
