// A program with everything resolved: pointers, shapes and sizes. Nothing is looked up or
// allocated while it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel.h"
#include "storage.h"

namespace glia {

// A fed or fetched tensor, and the caller's array for the run that goes on: k times
// `words` numbers.
struct Port {
  Tensor tensor;
  int64_t words;
  float* array = nullptr;
};

// A task, and whether it waits until every thread has finished what comes before it.
struct Step {
  Task task;
  bool wait = false;
};

class Program {
 public:
  // Reads a program as src/backend/encode.ts writes it. It runs on up to `threads`
  // threads, as many as pay, or on all of them when `all` is set. Throws Error.
  Program(const double* code, int64_t length, std::vector<std::shared_ptr<Slot>> slots,
          int threads, bool all);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const std::vector<Step>& steps() const { return steps_; }
  std::vector<Port>& feeds() { return feeds_; }
  std::vector<Port>& fetches() { return fetches_; }
  // How many threads it runs on.
  int threads() const { return threads_; }
  // Scratch memory of a thread.
  float* scratch(int thread) const { return scratch_->data() + thread * scratch_words_; }
  // Bytes of the arena.
  int64_t bytes() const { return 4 * arena_.words(); }

  // Takes what a run uses, or nothing of it: false when another run has some of it.
  bool TryTake();
  void Give();

 private:
  void Read(class Decoder& in);
  void ReadStep(class Decoder& in);
  void Add(Task task, int64_t moved);
  int ThreadsThatPay(int most) const;
  double TimeOn(int threads) const;

  std::vector<std::shared_ptr<Slot>> slots_;
  Memory arena_;
  Busy busy_;
  std::vector<Tensor> tensors_;
  std::vector<std::unique_ptr<Memory>> copies_;
  std::vector<Port> feeds_, fetches_;
  std::vector<Step> steps_;
  int threads_ = 1;
  int64_t scratch_words_ = 0;
  std::unique_ptr<Memory> scratch_;
};

}  // namespace glia
