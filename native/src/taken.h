// Holds a program for a run.
#pragma once

#include "error.h"
#include "program.h"

namespace glia {

// A program while a run has it, unless it is kept.
class Taken {
 public:
  explicit Taken(Program& program) : program_(&program) {
    if (!program.TryTake()) throw Error("BUSY", "another run uses the same tensors");
  }
  ~Taken() {
    if (program_ != nullptr) program_->Give();
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  void Keep() { program_ = nullptr; }

 private:
  Program* program_;
};

}  // namespace glia
