// A program with everything resolved: pointers, shapes and sizes. Nothing is looked up or
// allocated while it runs.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "kernel.h"
#include "schedule.h"
#include "storage.h"

namespace glia {

// A fed or fetched tensor, and the caller's array for the run that goes on: k times
// `words` numbers.
struct Port {
  Tensor tensor;
  int64_t words;
  float* array = nullptr;
  // For feeds: where a run in the background finds its copy.
  std::unique_ptr<Memory> copy;

  // Points to a copy of the caller's numbers. Memory that is large enough is kept from
  // run to run, unless it is large.
  void Own(const float* from, int64_t length);
};

class Program {
 public:
  // Reads a program as src/backend/encode.ts writes it. It runs on up to `threads`
  // threads, as many as pay, or on all of them when `all` is set. Throws Error.
  Program(const double* code, int64_t length, std::vector<std::shared_ptr<Slot>> slots,
          int threads, bool all);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const std::vector<Step>& steps() const { return schedule_.steps(); }
  std::vector<Port>& feeds() { return feeds_; }
  std::vector<Port>& fetches() { return fetches_; }
  // How many threads it runs on.
  int threads() const { return schedule_.threads(); }
  bool IsBrief(int64_t steps) const { return schedule_.IsBrief(steps); }
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
  void ReadKernel(class Decoder& in);
  const Tensor& Apart(const Tensor& tensor);
  void Add(Task task, const Touched& touched);

  std::vector<std::shared_ptr<Slot>> slots_;
  Memory arena_;
  Busy busy_;
  std::vector<Tensor> tensors_;
  std::vector<std::unique_ptr<Memory>> copies_;
  std::vector<Port> feeds_, fetches_;
  // Outputs that nothing but a region reads, in memory of their own, so that they keep no
  // other task waiting for what lies in their place.
  std::deque<Tensor> inner_;
  std::vector<std::unique_ptr<Memory>> inner_memory_;
  Schedule schedule_;
  int64_t scratch_words_ = 0;
  std::unique_ptr<Memory> scratch_;
};

}  // namespace glia
