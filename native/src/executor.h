// Walks a program's steps, on one thread or on several.
#pragma once

#include <atomic>
#include <cstdint>

#include "program.h"

namespace glia {

// Runs `count` steps of a program that has been taken. Ends early once `stop` is set.
void Execute(const Program& program, int64_t count, const std::atomic<bool>& stop);

}  // namespace glia
