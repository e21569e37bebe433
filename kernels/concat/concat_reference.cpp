#include <algorithm>
#include <cstring>

#include "kernels/concat/concat.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void copy_runs_reference(Device, const std::vector<RunCopy>& copies) {
  for (const RunCopy& c : copies) {
    if (c.run == 0) continue;
    parallel_for(c.count, std::max<std::int64_t>(1, 65536 / c.run),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i)
                     std::memcpy(c.to + i * c.to_step, c.from + i * c.from_step, std::size_t(c.run));
                 });
  }
}

}  // namespace scrim::kernels
