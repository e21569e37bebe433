#include "kernels/concat/concat.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

/// Copies of a few tensors at once, in units of `unit` bytes.
template <class Unit>
struct CopyRunsKernel {
  static constexpr int most = 8;
  struct Part {
    const Unit* from;
    Unit* to;
    std::int64_t run, from_step, to_step, end;  ///< in units; `end` over all parts so far
  };
  Part parts[most];
  int count;

  __device__ void operator()(std::int64_t i) const {
    int p = 0;
    while (i >= parts[p].end) ++p;
    const Part& part = parts[p];
    const std::int64_t at = i - (p > 0 ? parts[p - 1].end : 0);
    part.to[at / part.run * part.to_step + at % part.run] =
        part.from[at / part.run * part.from_step + at % part.run];
  }
};

template <class Unit>
void copy_in_units(Device device, const std::vector<RunCopy>& copies) {
  constexpr std::int64_t size = sizeof(Unit);
  CopyRunsKernel<Unit> runs{};
  std::int64_t total = 0;
  const auto launch = [&] {
    cuda::for_each_element(device, total, runs);
    runs.count = 0;
    total = 0;
  };
  for (const RunCopy& copy : copies) {
    if (copy.count * copy.run == 0) continue;
    if (runs.count == CopyRunsKernel<Unit>::most) launch();
    total += copy.count * copy.run / size;
    runs.parts[runs.count++] = {reinterpret_cast<const Unit*>(copy.from),
                                reinterpret_cast<Unit*>(copy.to),
                                copy.run / size,
                                copy.from_step / size,
                                copy.to_step / size,
                                total};
  }
  if (runs.count > 0) launch();
}

}  // namespace

void copy_runs_cuda(Device device, const std::vector<RunCopy>& copies) {
  bool whole_words = true;
  for (const RunCopy& copy : copies)
    for (const std::int64_t value :
         {copy.run, copy.from_step, copy.to_step, std::int64_t(reinterpret_cast<std::uintptr_t>(copy.from)),
          std::int64_t(reinterpret_cast<std::uintptr_t>(copy.to))})
      whole_words &= value % 4 == 0;
  if (whole_words)
    copy_in_units<std::uint32_t>(device, copies);
  else
    copy_in_units<std::uint8_t>(device, copies);
}

}  // namespace scrim::kernels
