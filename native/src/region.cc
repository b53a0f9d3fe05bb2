#include "region.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "region_plan.h"
#include "storage.h"
#include "tiny_region.h"

namespace glia {

Task RunRegion(const Region& region) {
  if (const auto tiny = TinyRegion::Make(region)) {
    Task task;
    task.run = [tiny](int64_t, int64_t, Context&) { tiny->Run(); };
    return task;
  }
  const int64_t last = region.dims.empty() ? 1 : region.dims.back();
  const auto plan = std::make_shared<const RegionPlan>(region, last);
  Task task;
  task.work = plan->work();
  task.scratch = plan->scratch();
  if (plan->flat()) {
    // Cut by elements, since rows may be of any length.
    const int64_t size = plan->size();
    task.blocks = CeilDiv(size, kBlock);
    task.run = [plan, size](int64_t begin, int64_t end, Context& context) {
      const int64_t first = begin * kBlock;
      plan->Run({0, first, 1, std::min(end * kBlock, size) - first}, context.scratch);
    };
    return task;
  }
  const int64_t rows = plan->rows(), group = UnitsPerBlock(plan->columns());
  task.blocks = CeilDiv(rows, group);
  task.run = [plan, rows, group](int64_t begin, int64_t end, Context& context) {
    const int64_t first = begin * group;
    plan->Run({first, 0, std::min(end * group, rows) - first, plan->columns()},
              context.scratch);
  };
  return task;
}

Task FollowedBy(Task task, const Tensor& out, const Region& region) {
  const auto tiny = task.blocks == 1 ? TinyRegion::Make(region) : nullptr;
  if (tiny != nullptr) {
    task.run = [tiny, first = std::move(task.run)](int64_t, int64_t, Context& context) {
      first(0, 1, context);
      tiny->Run();
    };
    return task;
  }
  const Grid grid = task.grid;
  const bool in_place = task.block_at == Task::kInPlace;
  const auto plan =
      std::make_shared<const RegionPlan>(region, grid.n, in_place ? nullptr : out.data);
  const int64_t offset = WholeLines(task.scratch);
  task.scratch = offset + plan->scratch();
  task.work += plan->work();
  task.run = [plan, grid, offset, at = task.block_at, first = std::move(task.run)](
                 int64_t begin, int64_t end, Context& context) {
    for (int64_t block = begin; block < end; ++block) {
      first(block, block + 1, context);
      plan->Run(grid.At(block), context.scratch + offset, context.scratch + at);
    }
  };
  return task;
}

}  // namespace glia
