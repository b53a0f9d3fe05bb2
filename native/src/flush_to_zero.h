// Results too small for a normal float are zero while this lives, on the thread that made
// it. x86 CPUs take up to a hundred times as long for arithmetic on denormal numbers, and
// a decaying mean would stay there for ever: 0.9 times a few of the smallest number
// rounds back to them. Others lose nothing by them.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace glia {

class FlushToZero {
 public:
  FlushToZero() : before_(Read()) { Write(before_ | kFlush); }
  ~FlushToZero() { Write(before_); }
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__x86_64__) || defined(_M_X64)
  using Word = uint32_t;
  static constexpr Word kFlush = 0x8000;
  static Word Read() { return _mm_getcsr(); }
  static void Write(Word word) { _mm_setcsr(word); }
#else
  using Word = uint32_t;
  static constexpr Word kFlush = 0;
  static Word Read() { return 0; }
  static void Write(Word) {}
#endif

  const Word before_;
};

}  // namespace glia
