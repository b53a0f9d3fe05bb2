#include "executor.h"

#include "flush_to_zero.h"
#include "threads.h"

namespace glia {
namespace {

void WalkAlone(const Program& program, int64_t count, Context context,
               const std::atomic<bool>& stop) {
  for (context.step = 0; context.step < count; ++context.step) {
    for (const Step& step : program.steps()) {
      if (stop.load(std::memory_order_relaxed)) return;
      step.task.run(0, step.task.blocks, context);
    }
  }
}

// A task of one block falls to its owner.
void WalkTogether(const Program& program, int64_t count, Context context,
                  const Member& me, const std::atomic<bool>& stop) {
  const auto share = [&](int64_t blocks, int thread) {
    return CeilDiv(blocks * thread, me.count);
  };
  for (context.step = 0; context.step < count; ++context.step) {
    for (const Step& step : program.steps()) {
      const bool end_run = me.thread == 0 && stop.load(std::memory_order_relaxed);
      if (step.wait && me.barrier.Wait(end_run)) return;
      const int64_t blocks = step.task.blocks;
      if (blocks == 1) {
        if (step.owner % me.count == me.thread) step.task.run(0, 1, context);
        continue;
      }
      const int64_t begin = share(blocks, me.thread), end = share(blocks, me.thread + 1);
      if (begin < end) step.task.run(begin, end, context);
    }
  }
}

}  // namespace

void Execute(const Program& program, int64_t count, const std::atomic<bool>& stop) {
  RunOnTeam(program.threads(), program.IsBrief(count), [&](const Member& me) {
    const FlushToZero flush;
    const Context context = {program.scratch(me.thread), 0};
    if (me.count == 1) {
      WalkAlone(program, count, context, stop);
    } else {
      WalkTogether(program, count, context, me, stop);
    }
  });
}

}  // namespace glia
