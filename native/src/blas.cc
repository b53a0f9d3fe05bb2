#include "blas.h"

#include <cstdlib>
#include <initializer_list>
#include <mutex>
#include <string>

#include "cpu.h"

#if defined(GLIA_ACCELERATE)
#include <Accelerate/Accelerate.h>
#else
#include <cblas.h>
#endif

#if defined(OPENBLAS_VERSION)
#define GLIA_OPENBLAS
#endif
#if defined(GLIA_OPENBLAS) && defined(__GNUC__) && !defined(_WIN32)
#define GLIA_REDISPATCH
// Weak, because only an OpenBLAS for many processors has them.
extern "C" {
__attribute__((weak)) void gotoblas_dynamic_init(void);
__attribute__((weak)) void gotoblas_dynamic_quit(void);
}
#endif

namespace glia {
namespace {

std::string core_found, core_used;

// Whether kernels are for SSE on a processor with AVX2.
bool IsSlow(const std::string& core) {
  if (CpuIsa() == Isa::kBase) return false;
  for (const char* old : {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom",
                          "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Nano"}) {
    if (core == old) return true;
  }
  return false;
}

// A build for one thread need not lock the buffers that it hands out, and does not say
// whether it does (OpenBLAS issues 2126 and 4030). Without locks it multiplies wrongly
// when two threads are in it, as that of Debian 11 does. So threads take turns unless
// CMakeLists.txt knows better.
std::mutex turn;
bool in_turns = false;

#if defined(GLIA_REDISPATCH)
// OpenBLAS before 0.3.25 falls back to kernels for SSE on processors that it does not
// know by number, several times slower than need be (OpenBLAS issue 4267). Its dispatch
// is run again with a name that fits.
void ChooseKernels() {
  if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || !IsSlow(core_found)) return;
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
  setenv("OPENBLAS_CORETYPE", CpuIsa() == Isa::kAvx512 ? "SkylakeX" : "Haswell", 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
}
#endif

}  // namespace

void CallBlas(const Gemm& g) {
  std::unique_lock<std::mutex> mine(turn, std::defer_lock);
  if (in_turns) mine.lock();
  const auto op = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  const auto narrow = [](int64_t n) { return static_cast<int>(n); };
  cblas_sgemm(CblasRowMajor, op(g.trans_a), op(g.trans_b), narrow(g.m), narrow(g.n),
              narrow(g.k), 1.0f, g.a, narrow(g.lda), g.b, narrow(g.ldb), 0.0f, g.c,
              narrow(g.ldc));
}

void SetUpBlas() {
#if defined(GLIA_OPENBLAS)
  static const bool once = [] {
    core_found = core_used = openblas_get_corename();
#if defined(GLIA_REDISPATCH)
    ChooseKernels();
    core_used = openblas_get_corename();
#endif
#if !defined(GLIA_BLAS_LOCKS)
    in_turns = openblas_get_parallel() == OPENBLAS_SEQUENTIAL;
#endif
    // A build on OpenMP takes its number from the environment alone (OpenBLAS issue
    // 5806).
    openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(once);
#endif
}

BlasInfo DescribeBlas() {
#if defined(GLIA_OPENBLAS)
  const char* config = openblas_get_config();
#elif defined(GLIA_ACCELERATE)
  const char* config = "Accelerate";
#else
  const char* config = "BLAS";
#endif
  return {config, core_found.c_str(), core_used.c_str(), IsSlow(core_used)};
}

}  // namespace glia
