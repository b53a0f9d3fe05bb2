#include "region_plan.h"

#include <algorithm>

#include "storage.h"

namespace glia {
namespace {

bool IsUniform(const Region& region, int value) {
  return value < static_cast<int>(region.inputs.size()) &&
         Strided(region.dims, region.inputs[value].strides).uniform();
}

// Whether every op that reads the value takes it as a Number, and its other Numbers are
// uniform, too: then none looks further than the first element.
bool IsNumber(const Region& region, int value) {
  for (const Region::Op& op : region.body) {
    bool reads = false, only = true;
    for (size_t j = 0; j < op.args.size(); ++j) {
      const bool is_number = (op.fn->numbers >> j & 1) != 0;
      reads = reads || op.args[j] == value;
      only = only && (is_number ? IsUniform(region, op.args[j]) : op.args[j] != value);
    }
    if (reads && !only) return false;
  }
  for (const Region::Output& output : region.outputs) {
    if (output.value == value) return false;
  }
  return true;
}

}  // namespace

RegionPlan::RegionPlan(const Region& region, int64_t columns, const float* block)
    : columns_(columns) {
  rows_ = columns > 0 ? region.size() / columns : 0;
  const size_t values = region.values();
  const auto words = static_cast<int64_t>(values * sizeof(Operand) / sizeof(float));
  table_ = WholeLines(words);
  tile_.assign(values, kNowhere);
  PlaceInputs(region, block);
  PlaceResults(region);
  FixPlaces();
}

double RegionPlan::work() const {
  return 0.25 * static_cast<double>(size() * static_cast<int64_t>(ops_.size()));
}

void RegionPlan::PlaceInputs(const Region& region, const float* block) {
  for (size_t i = 0; i < region.inputs.size(); ++i) {
    const Region::Input& input = region.inputs[i];
    const int value = static_cast<int>(i);
    float* data = input.tensor->data;
    const Strided from(region.dims, input.strides);
    const int64_t stride = RowStride(region.dims, input.strides, columns_);
    if (block != nullptr && data == block) {
      handed_over_.push_back(value);
    } else if (from.uniform() && input.tensor->copies != nullptr) {
      copies_ = copies_ || !IsNumber(region, value);
      numbers_.push_back({value, input.tensor->copies});
    } else if (from.uniform() && IsNumber(region, value)) {
      numbers_.push_back({value, data});
    } else if (from.uniform() && size() > 1) {
      tile_[value] = static_cast<int>(tiles_++);
      uniform_.push_back({value, data, from});
    } else if (stride != kNowhere || size() == 1) {
      moving_.push_back({value, data, std::max<int64_t>(stride, 0)});
      flat_ = flat_ && (stride == columns_ || rows_ == 1);
    } else {
      tile_[value] = static_cast<int>(tiles_++);
      expanded_.push_back({value, data, from});
      flat_ = false;
    }
  }
}

void RegionPlan::PlaceResults(const Region& region) {
  const int inputs = static_cast<int>(region.inputs.size());
  std::vector<bool> in_output(tile_.size(), false);
  for (const Region::Output& output : region.outputs) {
    if (output.value >= inputs && !in_output[output.value]) {
      in_output[output.value] = true;
      moving_.push_back({output.value, output.tensor->data, columns_});
    } else {
      (output.value < inputs ? handed_ : doubled_)
          .push_back({output.value, output.tensor->data});
    }
  }
  std::vector<int> last_use(tile_.size(), 0);
  for (size_t i = 0; i < region.body.size(); ++i) {
    for (int arg : region.body[i].args) last_use[arg] = static_cast<int>(i);
  }
  std::vector<int> free;
  int result = inputs;
  for (size_t i = 0; i < region.body.size(); ++i) {
    const Region::Op& op = region.body[i];
    Op planned = {op.fn, {}, result};
    std::copy(op.args.begin(), op.args.end(), planned.args);
    ops_.push_back(planned);
    // A tile that is read for the last time may take a result: tile functions work in
    // place.
    for (int arg : op.args) {
      const bool dead = arg >= inputs && last_use[arg] == static_cast<int>(i);
      if (!dead || tile_[arg] == kNowhere) continue;
      if (std::find(free.begin(), free.end(), tile_[arg]) == free.end())
        free.push_back(tile_[arg]);
    }
    for (const int end = result + op.results; result < end; ++result) {
      if (in_output[result]) continue;
      if (free.empty()) free.push_back(static_cast<int>(tiles_++));
      tile_[result] = free.back();
      free.pop_back();
    }
  }
}

void RegionPlan::FixPlaces() {
  const bool plain = handed_over_.empty() && handed_.empty() && doubled_.empty();
  if (!flat_ || tiles_ > 0 || copies_ || !plain) return;
  fixed_.resize(tile_.size());
  for (const Moving& value : moving_) fixed_[value.value] = {value.data, value.ld};
  for (const Uniform& number : numbers_) fixed_[number.value] = {number.data, 0, true};
}

void RegionPlan::CopyTile(const Copy& copy, const Operand* at, const Rect& tile) const {
  const Operand& from = at[copy.from];
  for (int64_t r = 0; r < tile.rows; ++r) {
    std::copy_n(from.data + r * from.ld, tile.columns,
                copy.data + (tile.row + r) * columns_ + tile.column);
  }
}

void RegionPlan::RunTile(Operand* at, float* scratch, const Rect& tile) const {
  for (const Moving& value : moving_) {
    at[value.value] = {value.data + tile.row * value.ld + tile.column, value.ld};
  }
  for (const Expanded& value : expanded_) {
    float* to = TileOf(value.value, scratch);
    // Rows that are not cut short lie one behind the other in the walk, too.
    const bool whole = tile.columns == columns_;
    const int64_t pieces = whole ? 1 : tile.rows;
    const int64_t length = whole ? tile.rows * columns_ : tile.columns;
    for (int64_t r = 0; r < pieces; ++r) {
      value.from.Read(value.data, (tile.row + r) * columns_ + tile.column, length,
                      to + r * length);
    }
  }
  for (const Copy& copy : handed_) CopyTile(copy, at, tile);
  for (const Op& op : ops_) op.fn->tile(at, op.args, op.first, tile.rows, tile.columns);
  for (const Copy& copy : doubled_) CopyTile(copy, at, tile);
}

void RegionPlan::Run(const Rect& whole, float* scratch, const float* block) const {
  if (!fixed_.empty() && whole.rows == rows_ && whole.columns == columns_) {
    for (const Op& op : ops_) op.fn->tile(fixed_.data(), op.args, op.first, 1, size());
    return;
  }
  Rect rect = whole;
  if (flat_ && rect.columns == columns_) {
    // Full rows are one long row. A column beyond the first row is where it is meant.
    rect = {0, rect.row * columns_ + rect.column, 1, rect.rows * columns_};
  }
  const bool tiled = tiles_ > 0 || copies_;
  const int64_t columns = tiled ? std::min(rect.columns, kTile) : rect.columns;
  const int64_t rows = std::max<int64_t>(1, columns > 0 ? kTile / columns : 1);
  Operand* at = reinterpret_cast<Operand*>(scratch);
  for (size_t value = 0; value < tile_.size(); ++value) {
    if (tile_[value] == kNowhere) continue;
    at[value] = {TileOf(static_cast<int>(value), scratch), columns};
  }
  for (const Uniform& number : numbers_) at[number.value] = {number.data, 0, true};
  for (const Expanded& value : uniform_) {
    std::fill_n(TileOf(value.value, scratch), columns, *value.data);
    at[value.value] = {at[value.value].data, 0, true};
  }
  const int64_t end_row = rect.row + rect.rows, end_column = rect.column + rect.columns;
  for (int64_t r = rect.row; r < end_row; r += rows) {
    for (int64_t c = rect.column; c < end_column; c += columns) {
      for (int value : handed_over_) {
        at[value] = {block + (r - rect.row) * rect.columns + (c - rect.column),
                     rect.columns};
      }
      RunTile(at, scratch,
              {r, c, std::min(rows, end_row - r), std::min(columns, end_column - c)});
    }
  }
}

}  // namespace glia
