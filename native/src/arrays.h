// Arrays of numbers that a caller owns, and the ports of a program that they are for.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "error.h"
#include "program.h"

namespace glia {

// The numbers of a typed array where they lie. No JavaScript may run while they are used.
struct Words {
  float* data;
  int64_t length;
};

inline void CopyWords(const float* from, int64_t n, float* to) {
  if (n > 0) std::memcpy(to, from, static_cast<size_t>(4 * n));
}

// Words of an array for `count` steps.
inline int64_t WordsFor(const Port& port, int64_t count) {
  if (port.words > 0 && count > kMaxWords / port.words) {
    throw Error("MEMORY", "so many steps cannot be run at once");
  }
  return port.words * count;
}

// Lets the ports of a program that was taken use these arrays.
inline void Point(std::vector<Port>& ports, const std::vector<Words>& arrays) {
  for (size_t i = 0; i < ports.size(); ++i) ports[i].array = arrays[i].data;
}

}  // namespace glia
