#include "storage.h"

#include <cstdlib>
#include <string>

#include "error.h"

namespace glia {

Memory::Memory(int64_t words) : raw_(nullptr), data_(nullptr), words_(words) {
  constexpr int64_t kMost = (int64_t{1} << 53) / 4;
  constexpr int64_t kBytes = 4 * kLine;
  if (words >= 0 && words < kMost) {
    // calloc gives large blocks as pages that cost nothing until they are touched.
    raw_ = std::calloc(1, static_cast<size_t>(4 * words + 2 * kBytes));
  }
  if (raw_ == nullptr) {
    throw Error("MEMORY", "no memory for " + std::to_string(words) + " numbers");
  }
  const auto address = reinterpret_cast<uintptr_t>(raw_);
  data_ = reinterpret_cast<float*>((address + kBytes - 1) / kBytes * kBytes);
}

Memory::~Memory() { std::free(raw_); }

}  // namespace glia
