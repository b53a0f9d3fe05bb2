// A region of so few elements that each value is one vector: everything is resolved when
// the program is prepared, and a run is the ops alone.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "region.h"
#include "storage.h"
#include "tiny.h"

namespace glia {

class TinyRegion {
 public:
  // Nothing where it does not fit.
  static std::shared_ptr<const TinyRegion> Make(const Region& region);

  // By one thread at a time.
  void Run() const;

 private:
  explicit TinyRegion(const Region& region);

  struct Spread {
    const float* from;
    Lanes lanes;
    float* to;
  };
  struct Op {
    const Elementwise* fn;
    const float* args[kMaxArgs];
    float* results[kMaxResults];
  };
  struct Copy {
    const float* from;
    float* to;
    int64_t n;
  };

  // Values that lie nowhere else.
  Memory own_;
  std::vector<Spread> spreads_;
  std::vector<Op> ops_;
  std::vector<Copy> handed_, doubled_;
};

}  // namespace glia
