#include "gemm.h"

#include "blas.h"
#include "cpu.h"

namespace glia {
namespace {

GemmFn* Choose() {
  switch (CpuIsa()) {
    case Isa::kAvx512:
      return kGemmAvx512;
    case Isa::kAvx2:
      return kGemmAvx2;
    default:
      return nullptr;
  }
}

}  // namespace

void Multiply(const Gemm& gemm, float* scratch) {
  static GemmFn* const own = Choose();
  if (own != nullptr) {
    own(gemm, scratch);
  } else {
    CallBlas(gemm);
  }
}

}  // namespace glia
