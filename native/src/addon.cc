// The addon's face to JavaScript. src/backend/native.ts is the other side. With js.h the
// only file that knows Node-API.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "blas.h"
#include "cpu.h"
#include "error.h"
#include "executor.h"
#include "js.h"
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
constexpr size_t kMaxSlots = size_t{1} << 24;

// A run in the background.
struct Job {
  std::shared_ptr<Program> program;
  std::vector<std::unique_ptr<Memory>> fetches;
  napi_deferred deferred = nullptr;
};

// What belongs to one JavaScript environment.
struct Home {
  std::shared_ptr<Runs> runs = Runs::Create();
  napi_threadsafe_function doorbell = nullptr;
  // Jobs that are not delivered yet. While there are some, the event loop stays alive.
  int open = 0;

  static Home& Of(napi_env env) {
    void* home = nullptr;
    Check(napi_get_instance_data(env, &home));
    return *static_cast<Home*>(home);
  }
};

Slot& IdleSlot(const std::shared_ptr<Slot>& slot) {
  if (slot->busy.taken()) throw Error("BUSY", "a run uses it");
  return *slot;
}

napi_value Allocate(napi_env env, const Arguments& given) {
  const int64_t words = IntegerIn(env, given[0], kMaxWords);
  return Handle<Slot>::New(env, std::make_shared<Slot>(words), 4 * words);
}

napi_value Release(napi_env env, const Arguments& given) {
  Handle<Slot>::In(env, given[0]).Drop(env);
  return Undefined(env);
}

napi_value Write(napi_env env, const Arguments& given) {
  const std::shared_ptr<Slot> slot = HeldIn<Slot>(env, given[0]);
  const Memory& memory = IdleSlot(slot).memory;
  const Words from = WordsIn(env, given[1]);
  const int64_t offset = IntegerIn(env, given[2], memory.words());
  if (from.length > memory.words() - offset) throw Error("ARGUMENT", "it does not fit");
  CopyWords(from.data, from.length, memory.data() + offset);
  return Undefined(env);
}

napi_value Read(napi_env env, const Arguments& given) {
  const std::shared_ptr<Slot> slot = HeldIn<Slot>(env, given[0]);
  const Memory& memory = IdleSlot(slot).memory;
  const Words to = WordsIn(env, given[1]);
  if (to.length != memory.words()) throw Error("ARGUMENT", "it has another size");
  CopyWords(memory.data(), to.length, to.data);
  return given[1];
}

// view(slot): the slot's memory as an ArrayBuffer, which keeps it. Once a slot, since
// V8 wants memory to have one buffer. When Node.js makes none it may have called the
// finalizer before, or may do so later, or not at all: what that finds outlives the call,
// and holds nothing any more.
napi_value View(napi_env env, const Arguments& given) {
  using Kept = std::shared_ptr<std::shared_ptr<Slot>>;
  const std::shared_ptr<Slot> slot = HeldIn<Slot>(env, given[0]);
  if (slot->viewed) throw Error("ARGUMENT", "it has a buffer already");
  const Memory& memory = slot->memory;
  const auto drop = [](napi_env, void*, void* kept) { delete static_cast<Kept*>(kept); };
  const Kept kept = std::make_shared<std::shared_ptr<Slot>>(slot);
  auto* hint = new Kept(kept);
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, memory.data(), static_cast<size_t>(4 * memory.words()), drop, hint, &buffer);
  slot->viewed = status == napi_ok;
  if (status == napi_no_external_buffers_allowed) delete hint;
  if (status != napi_ok) kept->reset();
  Check(status);
  return buffer;
}

// detach(buffer): JavaScript gives the buffer up, so that memory goes with its slot and
// does not wait for the garbage collector.
napi_value Detach(napi_env env, const Arguments& given) {
  bool is_buffer = false;
  Check(napi_is_arraybuffer(env, given[0], &is_buffer));
  if (!is_buffer) throw Error("ARGUMENT", "a buffer is missing");
  Check(napi_detach_arraybuffer(env, given[0]));
  return Undefined(env);
}

napi_value Prepare(napi_env env, const Arguments& given) {
  std::vector<std::shared_ptr<Slot>> slots;
  for (napi_value handle : ElementsIn(env, given[1], kMaxSlots))
    slots.push_back(HeldIn<Slot>(env, handle));
  const auto threads = static_cast<int>(IntegerIn(env, given[2], 1024));
  const bool all = IsTrue(env, given[3]);
  const auto code = TypedIn<double>(env, given[0], {napi_float64_array});
  auto program = std::make_shared<Program>(code.data, code.length, slots, threads, all);
  const int64_t bytes = program->bytes();
  return Handle<Program>::New(env, std::move(program), bytes);
}

napi_value Dispose(napi_env env, const Arguments& given) {
  Handle<Program>::In(env, given[0]).Drop(env);
  return Undefined(env);
}

// The caller's arrays, one a port, each `count` times as long as the tensor.
std::vector<Words> ArraysIn(napi_env env, const std::vector<napi_value>& values,
                            const std::vector<Port>& ports, int64_t count) {
  if (values.size() != ports.size()) throw Error("ARGUMENT", "an array is missing");
  std::vector<Words> arrays;
  for (size_t i = 0; i < ports.size(); ++i) {
    arrays.push_back(WordsIn(env, values[i]));
    if (arrays.back().length != WordsFor(ports[i], count)) {
      throw Error("ARGUMENT", "an array has another length");
    }
  }
  return arrays;
}

// runSync(program, count, feeds, fetches): reads and writes the arrays where they lie.
napi_value RunSync(napi_env env, const Arguments& given) {
  const std::shared_ptr<Program> program = HeldIn<Program>(env, given[0]);
  const int64_t count = IntegerIn(env, given[1], kMaxCount);
  const auto in = ElementsIn(env, given[2], program->feeds().size());
  const auto out = ElementsIn(env, given[3], program->fetches().size());
  const std::vector<Words> feeds = ArraysIn(env, in, program->feeds(), count);
  const std::vector<Words> fetches = ArraysIn(env, out, program->fetches(), count);
  const Taken taken(*program);
  Point(program->feeds(), feeds);
  Point(program->fetches(), fetches);
  Execute(*program, count, std::atomic<bool>{false});
  return Undefined(env);
}

// A program and the arrays of its single steps, which stay where they are: nobody but
// src/backend/native.ts has them.
struct Bound {
  Handle<Program>* program;
  std::vector<Words> feeds, fetches;
  // What the pointers above point into.
  napi_ref kept = nullptr;

  void Step() const {
    const std::shared_ptr<Program> held = program->held();
    const Taken taken(*held);
    Point(held->feeds(), feeds);
    Point(held->fetches(), fetches);
    Execute(*held, 1, std::atomic<bool>{false});
  }
};

napi_value StepBound(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return Try(env, [data]() -> napi_value {
    static_cast<Bound*>(data)->Step();
    return nullptr;
  });
}

// bind(program, feeds, fetches): a function that runs one step.
napi_value Bind(napi_env env, const Arguments& given) {
  const std::shared_ptr<Program> program = HeldIn<Program>(env, given[0]);
  const auto in = ElementsIn(env, given[1], program->feeds().size());
  const auto out = ElementsIn(env, given[2], program->fetches().size());
  auto bound = std::make_unique<Bound>();
  bound->program = &Handle<Program>::In(env, given[0]);
  bound->feeds = ArraysIn(env, in, program->feeds(), 1);
  bound->fetches = ArraysIn(env, out, program->fetches(), 1);
  napi_value kept = nullptr, function = nullptr;
  Check(napi_create_array(env, &kept));
  uint32_t count = 0;
  for (const auto& values : {std::vector<napi_value>{given[0]}, in, out}) {
    for (napi_value value : values) Check(napi_set_element(env, kept, count++, value));
  }
  Check(napi_create_function(env, "step", NAPI_AUTO_LENGTH, StepBound, bound.get(),
                             &function));
  Check(napi_create_reference(env, kept, 1, &bound->kept));
  const auto drop = [](napi_env env, void* data, void*) {
    const std::unique_ptr<Bound> old(static_cast<Bound*>(data));
    napi_delete_reference(env, old->kept);
  };
  Check(napi_add_finalizer(env, function, bound.get(), drop, nullptr, nullptr));
  bound.release();
  return function;
}

// run(program, count, feeds): a promise of what `collect` takes. Nothing of JavaScript's
// is used while it runs, since a caller may change or detach an array, and a worker
// thread may end.
napi_value Run(napi_env env, const Arguments& given) {
  auto job = std::make_shared<Job>();
  job->program = HeldIn<Program>(env, given[0]);
  Program& program = *job->program;
  const int64_t count = IntegerIn(env, given[1], kMaxCount);
  const std::vector<Words> feeds = ArraysIn(
      env, ElementsIn(env, given[2], program.feeds().size()), program.feeds(), count);
  for (const Port& port : program.fetches()) {
    job->fetches.push_back(std::make_unique<Memory>(WordsFor(port, count)));
  }
  Home& home = Home::Of(env);
  napi_value promise = nullptr;
  Check(napi_create_promise(env, &job->deferred, &promise));
  Taken taken(program);
  for (size_t i = 0; i < feeds.size(); ++i)
    program.feeds()[i].Own(feeds[i].data, feeds[i].length);
  for (size_t i = 0; i < job->fetches.size(); ++i) {
    program.fetches()[i].array = job->fetches[i]->data();
  }
  home.runs->Start(
      [job, count](const std::atomic<bool>& stop) {
        Execute(*job->program, count, stop);
        job->program->Give();
      },
      [job, &home] {
        auto rung = std::make_unique<std::shared_ptr<Job>>(job);
        const napi_status status = napi_call_threadsafe_function(
            home.doorbell, rung.get(), napi_tsfn_nonblocking);
        if (status == napi_ok) rung.release();
      });
  taken.Keep();
  if (home.open++ == 0) napi_ref_threadsafe_function(env, home.doorbell);
  return promise;
}

// On the JavaScript thread, when a job is done; without an environment when that is gone.
void Deliver(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<std::shared_ptr<Job>> rung(
      static_cast<std::shared_ptr<Job>*>(data));
  if (env == nullptr) return;
  auto* home = static_cast<Home*>(context);
  if (--home->open == 0) napi_unref_threadsafe_function(env, home->doorbell);
  Try(env, [&]() -> napi_value {
    const napi_value result = Handle<Job>::New(env, *rung, 0);
    Check(napi_resolve_deferred(env, (*rung)->deferred, result));
    return nullptr;
  });
}

// collect(job, fetches): copies what a run has fetched. The arrays are made in
// JavaScript, because running out of memory is an exception there and the end of the
// process here.
napi_value Collect(napi_env env, const Arguments& given) {
  const std::shared_ptr<Job> job = HeldIn<Job>(env, given[0]);
  const std::vector<napi_value> arrays = ElementsIn(env, given[1], job->fetches.size());
  if (arrays.size() != job->fetches.size())
    throw Error("ARGUMENT", "an array is missing");
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Memory& from = *job->fetches[i];
    const Words to = WordsIn(env, arrays[i]);
    if (to.length != from.words()) throw Error("ARGUMENT", "an array has another length");
    CopyWords(from.data(), to.length, to.data);
  }
  Handle<Job>::In(env, given[0]).Drop(env);
  return Undefined(env);
}

napi_value ArrayOf(napi_env env, const std::vector<napi_value>& values) {
  napi_value array = nullptr;
  Check(napi_create_array(env, &array));
  for (uint32_t i = 0; i < values.size(); ++i)
    Check(napi_set_element(env, array, i, values[i]));
  return array;
}

template <typename F>
napi_value Signatures(napi_env env, const std::vector<Entry<F>>& entries) {
  std::vector<napi_value> names;
  for (const Entry<F>& entry : entries)
    names.push_back(StringOf(env, SignatureOf(entry).c_str()));
  return ArrayOf(env, names);
}

napi_value Describe(napi_env env, const Arguments&) {
  const BlasInfo blas = DescribeBlas();
  napi_value facts = nullptr, slow = nullptr;
  Check(napi_create_object(env, &facts));
  Check(napi_get_boolean(env, blas.slow, &slow));
  const std::pair<const char*, napi_value> all[] = {
      {"version", StringOf(env, GLIA_VERSION)},
      {"kernels", Signatures(env, Kernels())},
      {"elementwise", Signatures(env, ElementwiseOps())},
      {"blas", StringOf(env, blas.config)},
      {"coreFound", StringOf(env, blas.core_found)},
      {"core", StringOf(env, blas.core)},
      {"slowCore", slow},
      {"isa", StringOf(env, IsaName(CpuIsa()))},
  };
  for (const auto& [name, value] : all)
    Check(napi_set_named_property(env, facts, name, value));
  return facts;
}

napi_value MachineLimits(napi_env env, const Arguments& given) {
  const auto threads = static_cast<int>(IntegerIn(env, given[0], 1024));
  const auto seconds = static_cast<double>(IntegerIn(env, given[1], 10000)) / 1000;
  const bool all = !IsTrue(env, given[2]);
  std::vector<napi_value> numbers;
  for (double number : Numbers(MeasureLimits(threads, seconds, all))) {
    numbers.push_back(nullptr);
    Check(napi_create_double(env, number, &numbers.back()));
  }
  return ArrayOf(env, numbers);
}

template <napi_value (*fn)(napi_env, const Arguments&)>
napi_value Guarded(napi_env env, napi_callback_info info) {
  return Try(env, [=] { return fn(env, Arguments(env, info)); });
}

template <napi_value (*fn)(napi_env, const Arguments&)>
void Export(napi_env env, napi_value exports, const char* name) {
  napi_value function = nullptr;
  Check(
      napi_create_function(env, name, NAPI_AUTO_LENGTH, Guarded<fn>, nullptr, &function));
  Check(napi_set_named_property(env, exports, name, function));
}

void SetUpHome(napi_env env) {
  auto home = std::make_unique<Home>();
  const auto drop = [](napi_env, void* home, void*) { delete static_cast<Home*>(home); };
  Check(napi_set_instance_data(env, home.get(), drop, nullptr));
  Home* kept = home.release();
  Check(napi_create_threadsafe_function(env, nullptr, nullptr, StringOf(env, "glia"), 0,
                                        1, nullptr, nullptr, kept, Deliver,
                                        &kept->doorbell));
  Check(napi_unref_threadsafe_function(env, kept->doorbell));
  // Hooks run in reverse order: this one before that of the doorbell, which nobody rings
  // afterwards.
  const auto close = [](void* home) { static_cast<Home*>(home)->runs->Close(); };
  Check(napi_add_env_cleanup_hook(env, close, kept));
}

napi_value Init(napi_env env, napi_value exports) {
  PinInMemory();
  SetUpBlas();
  SetUpHome(env);
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
}  // namespace glia

NAPI_MODULE_INIT() {
  return glia::Try(env, [=] { return glia::Init(env, exports); });
}
