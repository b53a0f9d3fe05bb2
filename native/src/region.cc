#include "region.h"

#include <algorithm>
#include <memory>

#include "strided.h"

namespace glia {
namespace {

// Elements of a tile: small enough that a dozen of them fit the cache, large enough to
// hide the calls.
constexpr int64_t kTile = 512;
constexpr int kMaxArgs = 3;
constexpr int kNowhere = -1;

// A region made ready to run. Each value has a place: an address that moves on with the
// tiles, or a tile of scratch.
class Plan {
 public:
  explicit Plan(const Region& region);

  int64_t size() const { return size_; }
  int64_t ops() const { return static_cast<int64_t>(ops_.size()); }
  int64_t scratch() const { return tiles_ * kTile + table_; }
  void Run(int64_t begin, int64_t end, float* scratch) const;

 private:
  struct Moving {
    int value;
    float* data;
  };
  struct Expanded {
    int value;
    const float* data;
    Strided from;
  };
  struct Op {
    TileFn* fn;
    int args[kMaxArgs];
    int count, result;
  };
  struct Copy {
    float* to;
    int value;
  };

  void PlaceInputs(const Region& region);
  void PlaceResults(const Region& region);
  void RunTile(float** at, int64_t first, int64_t n) const;

  int64_t size_ = 1;
  // Floats that the table of addresses takes at the start of scratch, and tiles behind
  // it.
  int64_t table_ = 0, tiles_ = 0;
  // Tile of scratch that a value lies in, or kNowhere.
  std::vector<int> tile_;
  std::vector<Moving> moving_;
  std::vector<Expanded> uniform_, expanded_;
  std::vector<Op> ops_;
  // Outputs that no op writes by itself: inputs handed through, and further outputs of
  // one value.
  std::vector<Copy> handed_, doubled_;
};

Plan::Plan(const Region& region) {
  for (int64_t dim : region.dims) size_ *= dim;
  const size_t values = region.inputs.size() + region.body.size();
  constexpr int64_t kLine = 16;
  const auto pointers = static_cast<int64_t>(values * sizeof(float*) / sizeof(float));
  table_ = CeilDiv(pointers, kLine) * kLine;
  tile_.assign(values, kNowhere);
  PlaceInputs(region);
  PlaceResults(region);
}

void Plan::PlaceInputs(const Region& region) {
  for (size_t i = 0; i < region.inputs.size(); ++i) {
    const Region::Input& input = region.inputs[i];
    const int value = static_cast<int>(i);
    Strided from(region.dims, input.strides);
    if (from.contiguous()) {
      moving_.push_back({value, const_cast<float*>(input.data)});
    } else {
      tile_[value] = static_cast<int>(tiles_++);
      (from.uniform() ? uniform_ : expanded_).push_back({value, input.data, from});
    }
  }
}

void Plan::PlaceResults(const Region& region) {
  const int inputs = static_cast<int>(region.inputs.size());
  std::vector<bool> in_output(tile_.size(), false);
  for (const Region::Output& output : region.outputs) {
    if (output.value >= inputs && !in_output[output.value]) {
      in_output[output.value] = true;
      moving_.push_back({output.value, output.data});
    } else {
      (output.value < inputs ? handed_ : doubled_).push_back({output.data, output.value});
    }
  }
  std::vector<int> last_use(tile_.size(), 0);
  for (size_t i = 0; i < region.body.size(); ++i) {
    for (int arg : region.body[i].args) last_use[arg] = static_cast<int>(i);
  }
  std::vector<int> free;
  for (size_t i = 0; i < region.body.size(); ++i) {
    const Region::Op& op = region.body[i];
    const int result = inputs + static_cast<int>(i);
    Op planned = {op.fn, {}, static_cast<int>(op.args.size()), result};
    std::copy(op.args.begin(), op.args.end(), planned.args);
    ops_.push_back(planned);
    // A tile that is read for the last time may take the result: tile functions work in
    // place.
    for (int arg : op.args) {
      const bool dead = arg >= inputs && last_use[arg] == static_cast<int>(i);
      if (!dead || tile_[arg] == kNowhere) continue;
      if (std::find(free.begin(), free.end(), tile_[arg]) == free.end())
        free.push_back(tile_[arg]);
    }
    if (in_output[result]) continue;
    if (free.empty()) free.push_back(static_cast<int>(tiles_++));
    tile_[result] = free.back();
    free.pop_back();
  }
}

void Plan::RunTile(float** at, int64_t first, int64_t n) const {
  for (const Moving& value : moving_) at[value.value] = value.data + first;
  for (const Expanded& value : expanded_)
    value.from.Read(value.data, first, n, at[value.value]);
  for (const Copy& copy : handed_) std::copy_n(at[copy.value], n, copy.to + first);
  for (const Op& op : ops_) {
    const float* args[kMaxArgs];
    for (int j = 0; j < op.count; ++j) args[j] = at[op.args[j]];
    op.fn(args, at[op.result], n);
  }
  for (const Copy& copy : doubled_) std::copy_n(at[copy.value], n, copy.to + first);
}

void Plan::Run(int64_t begin, int64_t end, float* scratch) const {
  float** at = reinterpret_cast<float**>(scratch);
  for (size_t value = 0; value < tile_.size(); ++value) {
    if (tile_[value] != kNowhere) at[value] = scratch + table_ + tile_[value] * kTile;
  }
  const int64_t last = std::min(end * kBlock, size_);
  const int64_t fill = std::min(kTile, last - begin * kBlock);
  for (const Expanded& value : uniform_) std::fill_n(at[value.value], fill, *value.data);
  for (int64_t first = begin * kBlock; first < last; first += kTile) {
    RunTile(at, first, std::min(kTile, last - first));
  }
}

}  // namespace

Task RunRegion(const Region& region) {
  const auto plan = std::make_shared<const Plan>(region);
  Task task;
  task.blocks = CeilDiv(plan->size(), kBlock);
  task.work = 0.5 * static_cast<double>(plan->size() * plan->ops());
  task.scratch = plan->scratch();
  task.run = [plan](int64_t begin, int64_t end, Context& context) {
    plan->Run(begin, end, context.scratch);
  };
  return task;
}

}  // namespace glia
