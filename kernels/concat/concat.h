// concat: tensors that differ in one axis only, joined along it; slice: the inverse.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// `count` runs of `run` bytes, `from_step` apart, to places `to_step` apart.
struct RunCopy {
  const std::byte* from;
  std::byte* to;
  std::int64_t count, run, from_step, to_step;
};

/// The shape of the joined tensor. Throws Error when another axis differs.
Shape concat_shape(const std::vector<Shape>& parts, int axis);

/// Overwrites y with the parts, in order, along `axis`.
void concat(const std::vector<ConstView>& parts, int axis, View y);

/// Overwrites y with the cells [begin, begin + y.shape[axis]) of x along `axis`.
void slice(ConstView x, int axis, std::int64_t begin, View y);

using CopyRuns = void(Device, const std::vector<RunCopy>&);
CopyRuns copy_runs_reference, copy_runs_cuda;

/// Copies of bytes: one code for every element type.
inline constexpr KernelTable<CopyRuns> copy_runs_kernels{"concat", copy_runs_reference, nullptr,
                                                         cuda_cell(copy_runs_cuda)};

}  // namespace scrim::kernels
