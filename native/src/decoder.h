// Reads a flat list of numbers and refuses what cannot be meant.
#pragma once

#include <cstdint>
#include <vector>

#include "error.h"

namespace glia {

class Decoder {
 public:
  Decoder(const double* at, int64_t length) : at_(at), end_(at + length) {}

  // A whole number in [low, high].
  int64_t Next(int64_t low, int64_t high) {
    const double value = Number();
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) ||
        value != static_cast<double>(static_cast<int64_t>(value))) {
      throw Error("PROGRAM", std::to_string(value) + " stands where a number from " +
                                 std::to_string(low) + " to " + std::to_string(high) +
                                 " belongs");
    }
    return static_cast<int64_t>(value);
  }

  // Any number.
  double Number() {
    if (at_ == end_) throw Error("PROGRAM", "the program ends too early");
    return *at_++;
  }

  // Length of a list whose items take at least one number each.
  int64_t Count() { return Next(0, end_ - at_); }

  // `count` numbers in place.
  const double* Take(int64_t count) {
    const double* taken = at_;
    at_ += count;
    return taken;
  }

  std::vector<int64_t> List(int64_t count, int64_t low, int64_t high) {
    std::vector<int64_t> items;
    for (int64_t i = 0; i < count; ++i) items.push_back(Next(low, high));
    return items;
  }

 private:
  const double *at_, *end_;
};

}  // namespace glia
