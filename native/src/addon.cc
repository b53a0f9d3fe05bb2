// The addon's face to JavaScript: the only file that knows Node-API.
// src/backend/native.ts is the other side.
#include <napi.h>

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "blas.h"
#include "cpu.h"
#include "error.h"
#include "executor.h"
#include "kernel.h"
#include "limits.h"
#include "pin.h"
#include "program.h"
#include "runs.h"
#include "storage.h"
#include "taken.h"

namespace glia {
namespace {

constexpr int64_t kMaxCount = int64_t{1} << 40;

// A run in the background.
struct Job {
  Job(Napi::Env env, std::shared_ptr<Program> program)
      : program(std::move(program)), deferred(Napi::Promise::Deferred::New(env)) {}

  std::shared_ptr<Program> program;
  std::vector<std::unique_ptr<Memory>> fetches;
  Napi::Promise::Deferred deferred;
};

struct Home;
void Deliver(Napi::Env env, Napi::Function, Home* home, std::shared_ptr<Job>* job);
using Doorbell = Napi::TypedThreadSafeFunction<Home, std::shared_ptr<Job>, Deliver>;

// What belongs to one JavaScript environment.
struct Home {
  std::shared_ptr<Runs> runs = Runs::Create();
  Doorbell doorbell;
  // Jobs that are not delivered yet. While there are some, the event loop stays alive.
  int open = 0;
};

// What JavaScript holds of a slot or a program.
template <typename T>
struct Handle {
  std::shared_ptr<T> held;
  int64_t bytes;

  // Gives up what is held; the garbage collector learns that it has become lighter.
  void Drop(Napi::Env env) {
    if (held) Napi::MemoryManagement::AdjustExternalMemory(env, -bytes);
    held.reset();
  }
};

template <typename T>
Napi::Value Hand(Napi::Env env, std::shared_ptr<T> held, int64_t bytes) {
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes);
  return Napi::External<Handle<T>>::New(env, new Handle<T>{std::move(held), bytes},
                                        [](Napi::Env env, Handle<T>* handle) {
                                          handle->Drop(env);
                                          delete handle;
                                        });
}

template <typename T>
Handle<T>& HandleIn(const Napi::Value& value) {
  if (!value.IsExternal()) throw Error("ARGUMENT", "a handle is missing");
  return *value.As<Napi::External<Handle<T>>>().Data();
}

template <typename T>
std::shared_ptr<T> HeldIn(const Napi::Value& value) {
  std::shared_ptr<T> held = HandleIn<T>(value).held;
  if (!held) throw Error("ARGUMENT", "it was released before");
  return held;
}

int64_t IntegerIn(const Napi::Value& value, int64_t most) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= static_cast<double>(most))) {
    throw Error("ARGUMENT", "a number is out of range");
  }
  return static_cast<int64_t>(number);
}

// No exception leaves the addon: each becomes a JavaScript error with a code.
template <typename F>
napi_value Try(napi_env env, const F& call) {
  try {
    return call();
  } catch (const Error& error) {
    napi_throw_error(env, error.code, error.message.c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "MEMORY", "out of memory");
  } catch (const std::exception& error) {
    napi_throw_error(env, "PROGRAM", error.what());
  }
  return nullptr;
}

Words WordsIn(const Napi::Value& value) {
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void* data = nullptr;
  napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr);
  if (type != napi_float32_array && type != napi_int32_array) {
    throw Error("ARGUMENT", "a Float32Array or Int32Array is missing");
  }
  return {static_cast<float*>(data), static_cast<int64_t>(length)};
}

Slot& IdleSlot(const std::shared_ptr<Slot>& slot) {
  if (slot->busy.taken()) throw Error("BUSY", "a run uses it");
  return *slot;
}

Napi::Value Allocate(const Napi::CallbackInfo& info) {
  const int64_t words = IntegerIn(info[0], kMaxWords);
  return Hand(info.Env(), std::make_shared<Slot>(words), 4 * words);
}

Napi::Value Release(const Napi::CallbackInfo& info) {
  HandleIn<Slot>(info[0]).Drop(info.Env());
  return info.Env().Undefined();
}

Napi::Value Write(const Napi::CallbackInfo& info) {
  const Memory& memory = IdleSlot(HeldIn<Slot>(info[0])).memory;
  const Words from = WordsIn(info[1]);
  const int64_t offset = IntegerIn(info[2], memory.words());
  if (from.length > memory.words() - offset) throw Error("ARGUMENT", "it does not fit");
  CopyWords(from.data, from.length, memory.data() + offset);
  return info.Env().Undefined();
}

Napi::Value Read(const Napi::CallbackInfo& info) {
  const Memory& memory = IdleSlot(HeldIn<Slot>(info[0])).memory;
  const Words to = WordsIn(info[1]);
  if (to.length != memory.words()) throw Error("ARGUMENT", "it has another size");
  CopyWords(memory.data(), to.length, to.data);
  return info[1];
}

// view(slot): the slot's memory as an ArrayBuffer, which keeps it. Once a slot, since
// V8 wants memory to have one buffer.
Napi::Value View(const Napi::CallbackInfo& info) {
  auto slot = std::make_unique<std::shared_ptr<Slot>>(HeldIn<Slot>(info[0]));
  const Memory& memory = (*slot)->memory;
  const auto drop = [](Napi::Env, void*, std::shared_ptr<Slot>* old) { delete old; };
  const auto bytes = static_cast<size_t>(4 * memory.words());
  const auto buffer =
      Napi::ArrayBuffer::New(info.Env(), memory.data(), bytes, drop, slot.get());
  // Embedders may forbid buffers over memory that is not V8's; the exception is pending.
  if (!buffer.IsEmpty()) slot.release();
  return buffer;
}

// detach(buffer): JavaScript gives the buffer up, so that memory goes with its slot and
// does not wait for the garbage collector.
Napi::Value Detach(const Napi::CallbackInfo& info) {
  if (!info[0].IsArrayBuffer()) throw Error("ARGUMENT", "a buffer is missing");
  info[0].As<Napi::ArrayBuffer>().Detach();
  return info.Env().Undefined();
}

Napi::Value Prepare(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || !info[1].IsArray())
    throw Error("ARGUMENT", "no program");
  const auto code = info[0].As<Napi::TypedArray>();
  if (code.TypedArrayType() != napi_float64_array) throw Error("ARGUMENT", "no program");
  const auto numbers = code.As<Napi::Float64Array>();
  const auto handles = info[1].As<Napi::Array>();
  std::vector<std::shared_ptr<Slot>> slots;
  for (uint32_t i = 0; i < handles.Length(); ++i)
    slots.push_back(HeldIn<Slot>(handles[i]));
  const auto threads = static_cast<int>(IntegerIn(info[2], 1024));
  auto program = std::make_shared<Program>(numbers.Data(),
                                           static_cast<int64_t>(numbers.ElementLength()),
                                           slots, threads, info[3].ToBoolean().Value());
  const int64_t bytes = program->bytes();
  return Hand(info.Env(), std::move(program), bytes);
}

Napi::Value Dispose(const Napi::CallbackInfo& info) {
  HandleIn<Program>(info[0]).Drop(info.Env());
  return info.Env().Undefined();
}

// The caller's arrays, one a port, each `count` times as long as the tensor.
std::vector<Words> ArraysIn(const Napi::Value& value, const std::vector<Port>& ports,
                            int64_t count) {
  std::vector<Words> arrays;
  if (!value.IsArray() || value.As<Napi::Array>().Length() != ports.size()) {
    throw Error("ARGUMENT", "an array is missing");
  }
  for (uint32_t i = 0; i < ports.size(); ++i) {
    arrays.push_back(WordsIn(value.As<Napi::Array>()[i]));
    if (arrays.back().length != WordsFor(ports[i], count)) {
      throw Error("ARGUMENT", "an array has another length");
    }
  }
  return arrays;
}

// runSync(program, count, feeds, fetches): reads and writes the arrays where they lie.
Napi::Value RunSync(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Program> program = HeldIn<Program>(info[0]);
  const int64_t count = IntegerIn(info[1], kMaxCount);
  const std::vector<Words> feeds = ArraysIn(info[2], program->feeds(), count);
  const std::vector<Words> fetches = ArraysIn(info[3], program->fetches(), count);
  const Taken taken(*program);
  Point(program->feeds(), feeds);
  Point(program->fetches(), fetches);
  Execute(*program, count, std::atomic<bool>{false});
  return info.Env().Undefined();
}

// A program and the arrays of its single steps, which stay where they are: nobody but
// src/backend/native.ts has them.
struct Bound {
  Handle<Program>* program;
  std::vector<Words> feeds, fetches;
  // What the pointers above point into.
  Napi::ObjectReference kept;

  void Step() const {
    const std::shared_ptr<Program>& held = program->held;
    if (!held) throw Error("ARGUMENT", "it was released before");
    const Taken taken(*held);
    Point(held->feeds(), feeds);
    Point(held->fetches(), fetches);
    Execute(*held, 1, std::atomic<bool>{false});
  }
};

// bind(program, feeds, fetches): a function that runs one step. It is called by Node-API
// without the C++ wrapper, which costs as much as a small step.
Napi::Value Bind(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<Program> program = HeldIn<Program>(info[0]);
  Napi::Array kept = Napi::Array::New(env, 3);
  for (uint32_t i = 0; i < 3; ++i) kept[i] = info[i];
  auto bound = std::make_unique<Bound>(Bound{
      &HandleIn<Program>(info[0]), ArraysIn(info[1], program->feeds(), 1),
      ArraysIn(info[2], program->fetches(), 1), Napi::Persistent<Napi::Object>(kept)});
  const auto step = [](napi_env env, napi_callback_info info) {
    void* data = nullptr;
    napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
    return Try(env, [data]() -> napi_value {
      static_cast<Bound*>(data)->Step();
      return nullptr;
    });
  };
  napi_value function = nullptr;
  napi_create_function(env, "step", NAPI_AUTO_LENGTH, step, bound.get(), &function);
  const auto drop = [](Napi::Env, Bound* old) { delete old; };
  Napi::Object(env, function).AddFinalizer(drop, bound.release());
  return {env, function};
}

// run(program, count, feeds): a promise of what `collect` takes. Nothing of JavaScript's
// is used while it runs, since a caller may change or detach an array, and a worker
// thread may end.
Napi::Value Run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto job = std::make_shared<Job>(env, HeldIn<Program>(info[0]));
  Program& program = *job->program;
  const int64_t count = IntegerIn(info[1], kMaxCount);
  const std::vector<Words> feeds = ArraysIn(info[2], program.feeds(), count);
  for (const Port& port : program.fetches()) {
    job->fetches.push_back(std::make_unique<Memory>(WordsFor(port, count)));
  }
  Taken taken(program);
  for (size_t i = 0; i < feeds.size(); ++i)
    program.feeds()[i].Own(feeds[i].data, feeds[i].length);
  for (size_t i = 0; i < job->fetches.size(); ++i) {
    program.fetches()[i].array = job->fetches[i]->data();
  }
  Home& home = *env.GetInstanceData<Home>();
  const Napi::Promise promise = job->deferred.Promise();
  home.runs->Start(
      [job, count](const std::atomic<bool>& stop) {
        Execute(*job->program, count, stop);
        job->program->Give();
      },
      [job, &home] { home.doorbell.NonBlockingCall(new std::shared_ptr<Job>(job)); });
  taken.Keep();
  if (home.open++ == 0) home.doorbell.Ref(env);
  return promise;
}

void Deliver(Napi::Env env, Napi::Function, Home* home, std::shared_ptr<Job>* rung) {
  const std::shared_ptr<Job> job = *rung;
  delete rung;
  if (env == nullptr) return;
  if (--home->open == 0) home->doorbell.Unref(env);
  job->deferred.Resolve(Hand(env, job, 0));
}

// collect(job, fetches): copies what a run has fetched. The arrays are made in
// JavaScript, because running out of memory is an exception there and the end of the
// process here.
Napi::Value Collect(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Job> job = HeldIn<Job>(info[0]);
  for (uint32_t i = 0; i < job->fetches.size(); ++i) {
    const Memory& from = *job->fetches[i];
    const Words to = WordsIn(info[1].As<Napi::Array>()[i]);
    if (to.length != from.words()) throw Error("ARGUMENT", "an array has another length");
    CopyWords(from.data(), to.length, to.data);
  }
  HandleIn<Job>(info[0]).Drop(info.Env());
  return info.Env().Undefined();
}

template <typename F>
Napi::Array Signatures(Napi::Env env, const std::vector<Entry<F>>& entries) {
  Napi::Array names = Napi::Array::New(env, entries.size());
  for (uint32_t i = 0; i < entries.size(); ++i)
    names[i] = Napi::String::New(env, SignatureOf(entries[i]));
  return names;
}

Napi::Value Describe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const BlasInfo blas = DescribeBlas();
  Napi::Object facts = Napi::Object::New(env);
  facts["version"] = Napi::String::New(env, GLIA_VERSION);
  facts["kernels"] = Signatures(env, Kernels());
  facts["elementwise"] = Signatures(env, ElementwiseOps());
  facts["blas"] = Napi::String::New(env, blas.config);
  facts["coreFound"] = Napi::String::New(env, blas.core_found);
  facts["core"] = Napi::String::New(env, blas.core);
  facts["slowCore"] = Napi::Boolean::New(env, blas.slow);
  facts["isa"] = Napi::String::New(env, IsaName(CpuIsa()));
  return facts;
}

Napi::Value MachineLimits(const Napi::CallbackInfo& info) {
  const auto threads = static_cast<int>(IntegerIn(info[0], 1024));
  const auto seconds = static_cast<double>(IntegerIn(info[1], 10000)) / 1000;
  const auto found = Numbers(MeasureLimits(threads, seconds, !info[2].ToBoolean()));
  Napi::Array numbers = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) numbers[i] = found[i];
  return numbers;
}

template <Napi::Value (*fn)(const Napi::CallbackInfo&)>
Napi::Value Guarded(const Napi::CallbackInfo& info) {
  const auto call = [&info]() -> napi_value { return fn(info); };
  return {info.Env(), Try(info.Env(), call)};
}

template <Napi::Value (*fn)(const Napi::CallbackInfo&)>
void Export(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(env, Guarded<fn>, name));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  PinInMemory();
  SetUpBlas();
  Home* home = new Home;
  home->doorbell = Doorbell::New(env, "glia", 0, 1, home);
  home->doorbell.Unref(env);
  env.SetInstanceData(home);
  // Hooks run in reverse order: this one before that of the doorbell, which nobody rings
  // afterwards.
  env.AddCleanupHook([](Home* home) { home->runs->Close(); }, home);
  Export<Allocate>(env, exports, "allocate");
  Export<Release>(env, exports, "release");
  Export<Write>(env, exports, "write");
  Export<Read>(env, exports, "read");
  Export<View>(env, exports, "view");
  Export<Detach>(env, exports, "detach");
  Export<Prepare>(env, exports, "prepare");
  Export<Dispose>(env, exports, "dispose");
  Export<RunSync>(env, exports, "runSync");
  Export<Bind>(env, exports, "bind");
  Export<Run>(env, exports, "run");
  Export<Collect>(env, exports, "collect");
  Export<Describe>(env, exports, "describe");
  Export<MachineLimits>(env, exports, "limits");
  return exports;
}

}  // namespace

NODE_API_MODULE(glia, Init)

}  // namespace glia
