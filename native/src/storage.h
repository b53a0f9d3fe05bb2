// Memory that kernels work on.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace glia {

// Words that a program may name, at most.
constexpr int64_t kMaxWords = int64_t{1} << 50;

// Words of a cache line.
constexpr int64_t kLine = 16;

inline int64_t WholeLines(int64_t words) { return (words + kLine - 1) / kLine * kLine; }

// Zeroed floats on a cache line, touched only when used. The last line is whole: what
// lies behind `words` in it may be read and written, and means nothing.
class Memory {
 public:
  // Throws Error when there is not enough.
  explicit Memory(int64_t words);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  float* data() const { return data_; }
  int64_t words() const { return words_; }
  // Words of whole lines.
  int64_t room() const { return WholeLines(words_); }

 private:
  void* raw_;
  float* data_;
  int64_t words_;
};

// Says that a run uses something. Taken on a JavaScript thread, given back by the thread
// that ran.
class Busy {
 public:
  bool TryTake() { return !taken_.exchange(true, std::memory_order_acquire); }
  void Give() { taken_.store(false, std::memory_order_release); }
  bool taken() const { return taken_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> taken_{false};
};

// A named tensor of a storage. It lives as long as the storage or a prepared program
// holds it.
struct Slot {
  explicit Slot(int64_t words) : memory(words) {}

  Memory memory;
  Busy busy;
  // Whether JavaScript has, or had, a buffer of its memory.
  bool viewed = false;
};

}  // namespace glia
