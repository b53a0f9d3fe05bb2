// The BLAS that the addon is linked to. It is called by one thread at a time for each
// product: threads are ours.
#pragma once

#include "gemm.h"

namespace glia {

void CallBlas(const Gemm& gemm);

// Makes the BLAS single-threaded and mends its choice of kernels. Once, before the first
// product.
void SetUpBlas();

struct BlasInfo {
  const char* config;
  // Kernels that the library chose, and that it uses now; empty when it does not say.
  const char* core_found;
  const char* core;
  // Whether those in use are far older than the processor.
  bool slow;
};

BlasInfo DescribeBlas();

}  // namespace glia
