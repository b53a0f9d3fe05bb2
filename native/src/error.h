// What the addon refuses. Thrown inside only; addon.cc makes JavaScript errors of it.
#pragma once

#include <string>
#include <utility>

namespace glia {

struct Error {
  // ARGUMENT, BUSY, MEMORY or PROGRAM: how src/backend/native.ts sorts it.
  const char* code;
  std::string message;

  Error(const char* code, std::string message)
      : code(code), message(std::move(message)) {}
};

}  // namespace glia
