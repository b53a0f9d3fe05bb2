#include "program.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "decoder.h"
#include "finished.h"
#include "region.h"
#include "strided.h"

namespace glia {
namespace {

constexpr int64_t kMaxDim = INT32_MAX;

// Words that a block of a copy moves.
constexpr int64_t kCopied = 4 * kBlock;

// Copies blocks [begin, end) of `words` words.
void CopyBlocks(const float* from, float* to, int64_t words, int64_t begin, int64_t end) {
  const int64_t first = begin * kCopied;
  std::copy_n(from + first, std::min(end * kCopied, words) - first, to + first);
}

Task CopyTask(const float* from, float* to, int64_t words) {
  Task task;
  task.blocks = from == to ? 0 : CeilDiv(words, kCopied);
  task.run = [=](int64_t begin, int64_t end, Context&) {
    CopyBlocks(from, to, words, begin, end);
  };
  return task;
}

Task FeedTask(const Port& port) {
  Task task;
  task.blocks = CeilDiv(port.words, kCopied);
  task.run = [&port](int64_t begin, int64_t end, Context& context) {
    const float* from = port.array + context.step * port.words;
    CopyBlocks(from, port.tensor.data, port.words, begin, end);
  };
  return task;
}

// A port of so few words is copied together with its like.
constexpr int64_t kFewWords = 64;

Task SmallFeedsTask(std::vector<const Port*> ports) {
  Task task;
  task.blocks = ports.empty() ? 0 : 1;
  task.run = [ports = std::move(ports)](int64_t, int64_t, Context& context) {
    for (const Port* port : ports) {
      const float* from = port->array + context.step * port->words;
      float* to = port->tensor.data;
      for (int64_t i = 0; i < port->words; ++i) to[i] = from[i];
    }
  };
  return task;
}

Task FetchTask(const Port& port) {
  Task task;
  task.blocks = CeilDiv(port.words, kCopied);
  task.run = [&port](int64_t begin, int64_t end, Context& context) {
    float* to = port.array + context.step * port.words;
    CopyBlocks(port.tensor.data, to, port.words, begin, end);
  };
  return task;
}

// Product of dimensions; dimensions that multiply to more than there can be are refused.
int64_t SizeOf(const std::vector<int64_t>& dims) {
  int64_t size = 1;
  for (int64_t dim : dims) {
    if (dim > 0 && size > kMaxWords / dim) throw Error("PROGRAM", "a shape is too large");
    size *= dim;
  }
  return size;
}

std::vector<int64_t> ReadShape(Decoder& in) {
  return in.List(in.Next(0, kMaxRank), 0, kMaxDim);
}

std::vector<Tensor> ReadTensors(Decoder& in, const Memory& arena,
                                const std::vector<std::shared_ptr<Slot>>& slots) {
  std::vector<Tensor> tensors;
  const int64_t count = in.Count();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = in.Next(-static_cast<int64_t>(slots.size()), arena.words());
    Tensor tensor;
    tensor.shape = ReadShape(in);
    const Memory& memory = place < 0 ? slots[-place - 1]->memory : arena;
    const int64_t offset = std::max<int64_t>(place, 0), size = SizeOf(tensor.shape);
    const bool fits =
        place < 0 ? size == memory.words() : size <= memory.words() - offset;
    if (!fits) {
      throw Error("PROGRAM", "buffer " + std::to_string(i) + " of " +
                                 std::to_string(size) +
                                 " numbers does not fit its place");
    }
    tensor.data = memory.data() + offset;
    tensor.room = memory.room() - offset;
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Leaves each tensor what lies between it and the next one in the same memory. Tensors
// that overlap it do not count: they are not alive when it is.
void LimitRoom(std::vector<Tensor>* tensors) {
  std::vector<const float*> starts;
  for (const Tensor& tensor : *tensors) starts.push_back(tensor.data);
  std::sort(starts.begin(), starts.end());
  for (Tensor& tensor : *tensors) {
    const auto next =
        std::lower_bound(starts.begin(), starts.end(), tensor.data + tensor.size());
    if (next != starts.end()) {
      tensor.room = std::min<int64_t>(tensor.room, *next - tensor.data);
    }
  }
}

void FillConstant(const Tensor& tensor, bool is_int, double value) {
  if (is_int) {
    std::fill_n(tensor.ints(), tensor.size(), static_cast<int32_t>(value));
  } else {
    std::fill_n(tensor.data, tensor.size(), static_cast<float>(value));
  }
}

Region::Input ReadInput(Decoder& in, const std::vector<Tensor>& tensors,
                        const std::vector<int64_t>& dims, int64_t size) {
  const Tensor& tensor = tensors[in.Next(0, static_cast<int64_t>(tensors.size()) - 1)];
  Region::Input input = {&tensor,
                         in.List(static_cast<int64_t>(dims.size()), 0, kMaxWords)};
  double furthest = 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    furthest +=
        static_cast<double>(dims[axis] - 1) * static_cast<double>(input.strides[axis]);
  }
  if (size > 0 && furthest >= static_cast<double>(tensor.size())) {
    throw Error("PROGRAM", "a region reads outside of an input");
  }
  return input;
}

// Also notes what the region touches.
Region ReadRegion(Decoder& in, const std::vector<Tensor>& tensors, Touched* touched) {
  Region region;
  region.dims = ReadShape(in);
  const int64_t size = SizeOf(region.dims), inputs = in.Count();
  for (int64_t i = 0; i < inputs; ++i) {
    region.inputs.push_back(ReadInput(in, tensors, region.dims, size));
    touched->reads.push_back(SpanOf(*region.inputs.back().tensor));
  }
  const int64_t ops = in.Count();
  int64_t values = inputs;
  for (int64_t i = 0; i < ops; ++i) {
    const auto last = static_cast<int64_t>(ElementwiseOps().size()) - 1;
    const auto& entry = ElementwiseOps()[in.Next(0, last)];
    const int64_t args = in.Next(1, kMaxArgs);
    Region::Op op = {entry.name, entry.fn, {}, entry.results};
    for (int64_t value : in.List(args, 0, values - 1))
      op.args.push_back(static_cast<int>(value));
    region.body.push_back(std::move(op));
    values += entry.results;
  }
  const int64_t outputs = in.Count();
  for (int64_t i = 0; i < outputs; ++i) {
    const Tensor& tensor = tensors[in.Next(0, static_cast<int64_t>(tensors.size()) - 1)];
    if (tensor.size() != size)
      throw Error("PROGRAM", "a region's output has another size");
    region.outputs.push_back({&tensor, static_cast<int>(in.Next(0, values - 1))});
    touched->writes.push_back(SpanOf(tensor));
  }
  return region;
}

// On each block of the kernel's output where its blocks are known, else on all of it.
void AddEpilogue(const Region& region, const Tensor& out, Tasks* tasks) {
  if (tasks->size() == 1 && tasks->front().grid.n > 0) {
    tasks->front() = FollowedBy(std::move(tasks->front()), out, region);
  } else {
    tasks->push_back(RunRegion(region));
  }
}

std::vector<std::shared_ptr<Slot>> WithoutRepeats(
    std::vector<std::shared_ptr<Slot>> slots) {
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

}  // namespace

void Port::Own(const float* from, int64_t length) {
  constexpr int64_t kKept = int64_t{1} << 19;
  if (copy == nullptr || copy->words() < length || copy->words() > kKept)
    copy = std::make_unique<Memory>(length);
  std::copy_n(from, length, copy->data());
  array = copy->data();
}

Program::Program(const double* code, int64_t length,
                 std::vector<std::shared_ptr<Slot>> slots, int threads, bool all)
    : slots_(WithoutRepeats(slots)), arena_(Decoder(code, length).Next(0, kMaxWords)) {
  Decoder in(code, length);
  in.Next(0, kMaxWords);
  tensors_ = ReadTensors(in, arena_, slots);
  LimitRoom(&tensors_);
  Read(in);
  schedule_.Settle(threads, all);
  scratch_words_ = WholeLines(schedule_.scratch());
  scratch_ = std::make_unique<Memory>(schedule_.threads() * scratch_words_);
}

void Program::Read(Decoder& in) {
  const int64_t last = static_cast<int64_t>(tensors_.size()) - 1;
  const int64_t constants = in.Count();
  for (int64_t i = 0; i < constants; ++i) {
    Tensor& tensor = tensors_[in.Next(0, last)];
    const bool is_int = in.Next(0, 1) != 0;
    FillConstant(tensor, is_int, in.Number());
    if (is_int || tensor.size() != 1) continue;
    copies_.push_back(std::make_unique<Memory>(kTile));
    std::fill_n(copies_.back()->data(), kTile, *tensor.data);
    tensor.copies = copies_.back()->data();
  }
  for (std::vector<Port>* ports : {&feeds_, &fetches_}) {
    const int64_t count = in.Count();
    for (int64_t i = 0; i < count; ++i) {
      const Tensor& tensor = tensors_[in.Next(0, last)];
      ports->push_back({tensor, tensor.size(), nullptr, nullptr});
    }
  }
  std::vector<const Port*> small;
  Touched few;
  for (const Port& port : feeds_) {
    const Span span = SpanOf(port.tensor);
    if (port.words <= kFewWords) {
      small.push_back(&port);
      few.writes.push_back(span);
    } else {
      Add(FeedTask(port), {{}, {span}});
    }
  }
  Add(SmallFeedsTask(std::move(small)), few);
  const int64_t steps = in.Count();
  for (int64_t i = 0; i < steps; ++i) ReadStep(in);
  for (const Port& port : fetches_) Add(FetchTask(port), {{SpanOf(port.tensor)}, {}});
}

void Program::ReadStep(Decoder& in) {
  enum Kind { kKernel = 0, kRegion = 1, kCopy = 2 };
  const int64_t last = static_cast<int64_t>(tensors_.size()) - 1;
  const int64_t kind = in.Next(kKernel, kCopy);
  if (kind == kRegion) {
    Touched touched;
    Task task = RunRegion(ReadRegion(in, tensors_, &touched));
    Add(std::move(task), touched);
  } else if (kind == kCopy) {
    const Tensor &from = tensors_[in.Next(0, last)], &to = tensors_[in.Next(0, last)];
    if (from.size() != to.size()) throw Error("PROGRAM", "a copy changes the size");
    Add(CopyTask(from.data, to.data, from.size()), {{SpanOf(from)}, {SpanOf(to)}});
  } else {
    ReadKernel(in);
  }
}

void Program::ReadKernel(Decoder& in) {
  const int64_t last = static_cast<int64_t>(tensors_.size()) - 1;
  const auto& entry = Kernels()[in.Next(0, static_cast<int64_t>(Kernels().size()) - 1)];
  Touched touched;
  std::vector<Tensor> inputs;
  for (int64_t tensor : in.List(in.Count(), 0, last)) {
    inputs.push_back(tensors_[tensor]);
    touched.reads.push_back(SpanOf(inputs.back()));
  }
  const std::vector<int64_t> outputs =
      in.List(in.Next(entry.results, entry.results), 0, last);
  const Tensor& place = tensors_[outputs.front()];
  std::vector<Tensor> more;
  for (size_t i = 1; i < outputs.size(); ++i) {
    more.push_back(tensors_[outputs[i]]);
    touched.writes.push_back(SpanOf(more.back()));
  }
  const double* attrs = in.Take(in.Count());
  const bool inner = in.Next(0, 1) != 0, followed = in.Next(0, 1) != 0;
  const Tensor& out = inner ? Apart(place) : place;
  if (!inner) touched.writes.push_back(SpanOf(out));
  Call call = {inputs.data(), out, more.data(), Attrs(attrs), inner};
  Region region;
  std::optional<Finished> finish;
  if (followed) {
    region = ReadRegion(in, tensors_, &touched);
    if (region.size() != out.size())
      throw Error("PROGRAM", "an epilogue has another size than what it follows");
    for (Region::Input& input : region.inputs) {
      if (inner && input.tensor->data == place.data) input.tensor = &out;
    }
    if (out.rank() > 0) finish = FinishOf(region, out, out.shape.back());
    call.finish = finish ? &*finish : nullptr;
  }
  Tasks tasks = entry.fn(call);
  if (followed && !call.finished) AddEpilogue(region, out, &tasks);
  // Where there are several, each builds on the one before it.
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (i > 0) touched.reads.push_back(SpanOf(out));
    if (i == 0 && tasks.size() > 1) touched.writes.push_back(SpanOf(out));
    Add(std::move(tasks[i]), touched);
  }
}

// The tensor in memory that nobody else uses; pages of it that stay untouched cost
// nothing.
const Tensor& Program::Apart(const Tensor& tensor) {
  inner_memory_.push_back(std::make_unique<Memory>(tensor.size()));
  Tensor apart = tensor;
  apart.data = inner_memory_.back()->data();
  apart.room = inner_memory_.back()->room();
  inner_.push_back(std::move(apart));
  return inner_.back();
}

// Gives a task that has no estimate of its own one by what it touches.
void Program::Add(Task task, const Touched& touched) {
  constexpr double kNsPerWord = 0.3, kNsPerTask = 20;
  double moved = 0;
  for (const auto* spans : {&touched.reads, &touched.writes}) {
    for (const Span& span : *spans) moved += static_cast<double>(span.end - span.begin);
  }
  task.work = kNsPerTask + (task.work > 0 ? task.work : kNsPerWord * moved);
  schedule_.Add(std::move(task), touched);
}

bool Program::TryTake() {
  if (!busy_.TryTake()) return false;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i]->busy.TryTake()) continue;
    while (i-- > 0) slots_[i]->busy.Give();
    busy_.Give();
    return false;
  }
  return true;
}

void Program::Give() {
  for (const std::shared_ptr<Slot>& slot : slots_) slot->busy.Give();
  busy_.Give();
}

}  // namespace glia
