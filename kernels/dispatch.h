// Who computes: beside each op stands a constant table of one function type, reference | cpu | cuda.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace scrim {

/// An empty cpu cell means that the reference serves the CPU; an empty cuda cell is an error when it is asked
/// for. The cpu cell computes f32; the reference computes f32 and f64.
template <class Fn>
struct KernelTable {
  std::string_view op;
  Fn* reference;
  Fn* cpu;
  Fn* cuda;
};

/// Tests and audits: compute everything with the reference kernels. Starts false, or true in the build
/// preset "reference".
void use_reference_kernels(bool on);
bool reference_kernels_in_use();

/// The cell of an op's cuda kernel: empty in a build without CUDA, which has none of them.
template <class Fn>
consteval Fn* cuda_cell([[maybe_unused]] Fn* kernel) {
#ifdef SCRIM_WITH_CUDA
  return kernel;
#else
  return nullptr;
#endif
}

template <class Fn>
Fn* choose(const KernelTable<Fn>& table, Device device, DType dtype) {
  if (device.is_cuda()) {
    require(table.cuda, table.op, "has no cuda kernel in this build");
    return table.cuda;
  }
  if (table.cpu && dtype == DType::f32 && !reference_kernels_in_use()) return table.cpu;
  require(table.reference, table.op, "has no kernel for the processor");
  return table.reference;
}

/// Calls the kernel that serves `out`; all arguments are handed on.
template <class Fn, class... Args>
void dispatch(const KernelTable<Fn>& table, const View& out, Args&&... args) {
  choose(table, out.device, out.dtype)(std::forward<Args>(args)...);
}

/// Shape and type checks shared by the ops.
void require_shape(std::string_view op, std::string_view what, const ConstView& view, const Shape& expected);
void require_same_type(std::string_view op, const ConstView& a, const ConstView& b);
/// A weight, bias or sum of activations: on their device, in the type in which they are computed.
void require_wide_type(std::string_view op, const ConstView& parameter, const ConstView& activations);
void require_rank(std::string_view op, std::string_view what, const ConstView& view, int rank);

}  // namespace scrim
