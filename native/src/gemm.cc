#include "gemm.h"

#include <cstring>

#include "blas.h"
#include "cpu.h"

namespace glia {
namespace {

const NamedGemm* Choose() {
  switch (CpuIsa()) {
    case Isa::kAvx512:
      return kGemmsAvx512;
    case Isa::kAvx2:
      return kGemmsAvx2;
    default:
      return nullptr;
  }
}

// Of our own, for this processor.
const NamedGemm* Gemms() {
  static const NamedGemm* const own = Choose();
  return own;
}

}  // namespace

GemmFn* GemmThatDoes(const char* op) {
  const NamedGemm* one = Gemms();
  if (one == nullptr) return nullptr;
  while (one->multiply != nullptr && std::strcmp(one->op, op) != 0) ++one;
  return one->multiply;
}

void Multiply(const Gemm& gemm, float* scratch) {
  if (gemm.finish.multiply != nullptr) {
    gemm.finish.multiply(gemm, scratch);
  } else if (const NamedGemm* plain = Gemms()) {
    plain->multiply(gemm, scratch);
  } else {
    CallBlas(gemm);
  }
}

}  // namespace glia
