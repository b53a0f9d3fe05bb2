// What a kernel is, and the list that it enters itself into.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simd.h"

namespace glia {

struct Finished;

// Work is cut into blocks of about this many elements, whatever the number of threads.
constexpr int64_t kBlock = 8192;

// Blocks of `unit` elements each, put together until a block is worth handing to a
// thread.
inline int64_t UnitsPerBlock(int64_t unit) {
  return unit >= kBlock ? 1 : kBlock / (unit > 0 ? unit : 1);
}

inline int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// A tensor in its final place. Both element types take four bytes.
struct Tensor {
  float* data = nullptr;
  std::vector<int64_t> shape;
  // Elements from `data` on that are nobody else's: the tensor's, and what may lie unused
  // behind it.
  int64_t room = 0;
  // Of a constant number: kTile copies of it, so that nobody writes them out again.
  const float* copies = nullptr;

  int64_t size() const { return Product(0, rank()); }
  int rank() const { return static_cast<int>(shape.size()); }
  int32_t* ints() const { return reinterpret_cast<int32_t*>(data); }

  // Product of the dimensions from axis `first` up to `end`.
  int64_t Product(int first, int end) const {
    int64_t product = 1;
    for (int axis = first; axis < end; ++axis) product *= shape[axis];
    return product;
  }
};

// A piece of memory.
struct Span {
  const float *begin, *end;
};

inline Span SpanOf(const Tensor& tensor) {
  return {tensor.data, tensor.data + tensor.size()};
}

inline bool Overlap(const Span& a, const Span& b) {
  return a.begin < b.end && b.begin < a.end;
}

// Attributes in the order of the signature.
class Attrs {
 public:
  explicit Attrs(const double* at) : at_(at) {}
  bool Flag() { return *at_++ != 0; }
  double Number() { return *at_++; }
  int64_t Integer() { return static_cast<int64_t>(Number()); }
  std::vector<int64_t> List() {
    std::vector<int64_t> items(static_cast<size_t>(Integer()));
    for (int64_t& item : items) item = Integer();
    return items;
  }

 private:
  const double* at_;
};

// One application of a kernel. Shapes and attributes have passed the op's shape rule.
struct Call {
  const Tensor* in;
  Tensor out;
  // Outputs behind the first, of a bundle of kernels.
  const Tensor* more;
  Attrs attrs;
  // Only a region that follows reads the output: a task may leave its blocks in scratch.
  bool inner = false;
  // What that region is where a product can do it, and whether the kernel has seen to it.
  const Finished* finish = nullptr;
  bool finished = false;
};

// What a thread brings along.
struct Context {
  // As many floats as the task asked for, on a cache line.
  float* scratch;
  // Number of the step within the run.
  int64_t step;
};

// A piece of a matrix.
struct Rect {
  int64_t row, column, rows, columns;
};

// How blocks tile a task's output, a batch of [m, n] matrices one below the other: side
// by side first, then downwards. No tile crosses from one matrix into the next.
struct Grid {
  int64_t m = 0, n = 0;
  // Of a tile; those at the edges are smaller.
  int64_t rows = 0, columns = 0;

  int64_t tall() const { return CeilDiv(m, rows); }
  int64_t wide() const { return CeilDiv(n, columns); }
  Rect At(int64_t block) const {
    // Most tasks of small steps have one block, and divisions are slow.
    if (block == 0) return {0, 0, std::min(rows, m), std::min(columns, n)};
    const int64_t matrix = block / (tall() * wide());
    const int64_t row = block / wide() % tall() * rows, column = block % wide() * columns;
    return {matrix * m + row, column, std::min(rows, m - row),
            std::min(columns, n - column)};
  }
};

// A resolved piece of a step. `run` computes blocks [begin, end) of `blocks`, which
// follow from shapes alone: a kernel never learns how many threads there are, so its bits
// cannot depend on them.
struct Task {
  int64_t blocks = 1;
  std::function<void(int64_t begin, int64_t end, Context&)> run;
  // Estimate for one thread, in nanoseconds; 0 leaves it to the size of the tensors.
  double work = 0;
  // Floats of scratch memory per thread.
  int64_t scratch = 0;
  // Where its blocks lie, if it says so: a region can then follow on each.
  Grid grid;
  // Where in scratch memory it leaves a block of an inner output, row after row, or
  // kInPlace.
  int64_t block_at = kInPlace;
  static constexpr int64_t kInPlace = -1;
};

// Tasks in order, each starting when the one before it is done.
using Tasks = std::vector<Task>;

// Resolves a call when a program is prepared; what it returns runs once a step.
using Kernel = Tasks(Call& call);

// Elements of a tile of elementwise ops: small enough that half a dozen tiles fit the
// first-level cache, large enough to hide the calls.
constexpr int64_t kTile = 1024;

// Inputs of an elementwise op, at most.
constexpr int kMaxArgs = 10;

// Results of a bundle of elementwise ops, at most.
constexpr int kMaxResults = 3;

// A value of a tile: rows `ld` apart, or one number again and again.
struct Operand {
  const float* data;
  int64_t ld;
  bool uniform = false;
};

// An input that is usually the same for all elements: a coefficient, a learning rate.
struct Number {
  float value;
  Number(float value) : value(value) {}  // NOLINT: it stands for a float
  operator float() const { return value; }
};

// Floats of a vector: tensors of no more are worked on as a whole, whether all the floats
// are there or not.
constexpr int64_t kVector = 16;

// An elementwise op: each element of its results from the same one of each input. A
// result may lie where an input does.
struct Elementwise {
  // On a tile of each value: inputs are values[args[0]] and so on, results values[first]
  // and those behind it.
  void (*tile)(const Operand* values, const int* args, int first, int64_t rows,
               int64_t columns);
  // On one vector.
  void (*vector)(const float* const* x, float* const* y);
  // Bit j: input j is a Number.
  uint32_t numbers;
};

template <typename F>
struct Entry {
  const char* name;
  const char* parameters;
  F* fn;
  int results = 1;
};

// As src/ir writes it, with the number of results where there are several.
template <typename F>
std::string SignatureOf(const Entry<F>& entry) {
  const std::string signature = std::string(entry.name) + entry.parameters;
  return entry.results == 1 ? signature : signature + ":" + std::to_string(entry.results);
}

inline std::vector<Entry<Kernel>>& Kernels() {
  static std::vector<Entry<Kernel>> list;
  return list;
}

inline std::vector<Entry<const Elementwise>>& ElementwiseOps() {
  static std::vector<Entry<const Elementwise>> list;
  return list;
}

template <typename F>
bool Enter(std::vector<Entry<F>>& list, Entry<F> entry) {
  list.push_back(entry);
  return true;
}

}  // namespace glia

// Defines a kernel, `Tasks(Call& call)`, and enters it. Name and parameters must equal
// the signature that src/ir/op.ts makes of the op's entry; loading the addon checks it.
#define GLIA_KERNEL(name, parameters) GLIA_KERNEL_AS(1, name, parameters)

// Defines a bundle of two kernels in the same way.
#define GLIA_KERNELS_OF_2(name, parameters) GLIA_KERNEL_AS(2, name, parameters)

#define GLIA_KERNEL_AS(results, name, parameters)                            \
  static Tasks name##_kernel(Call& call);                                    \
  [[maybe_unused]] static const bool name##_entered =                        \
      Enter<Kernel>(Kernels(), {#name, parameters, name##_kernel, results}); \
  static Tasks name##_kernel([[maybe_unused]] Call& call)

// Defines an elementwise op by what it computes from one element of each input:
// GLIA_ELEMENTWISE(add, "(a, b)", float a, float b) { return a + b; }
#define GLIA_ELEMENTWISE(name, parameters, ...) \
  GLIA_ELEMENTWISE_AS(float, 1, name, parameters, __VA_ARGS__)

// Defines a bundle of three in the same way; it returns its results in an array.
#define GLIA_BUNDLE_OF_3(name, parameters, ...) \
  GLIA_ELEMENTWISE_AS(ResultsOf3, 3, name, parameters, __VA_ARGS__)

#define GLIA_ELEMENTWISE_AS(type, results, name, parameters, ...)               \
  static GLIA_INLINE type name##_element(__VA_ARGS__);                          \
  GLIA_LOOP(name##_tile,                                                        \
            (const Operand* values, const int* args, int first, int64_t rows,   \
             int64_t columns),                                                  \
            (values, args, first, rows, columns)) {                             \
    MapTile(name##_element, values, args, first, rows, columns);                \
  }                                                                             \
  GLIA_LOOP(name##_vector, (const float* const* x, float* const* y), (x, y)) {  \
    MapVector(name##_element, x, y);                                            \
  }                                                                             \
  static const Elementwise name##_op = {name##_tile, name##_vector,             \
                                        NumbersOf(name##_element)};             \
  [[maybe_unused]] static const bool name##_entered = Enter<const Elementwise>( \
      ElementwiseOps(), {#name, parameters, &name##_op, results});              \
  static GLIA_INLINE type name##_element(__VA_ARGS__)
