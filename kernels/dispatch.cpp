#include "kernels/dispatch.h"

#include <atomic>

namespace scrim {
namespace {
#ifdef SCRIM_REFERENCE_ONLY
std::atomic<bool> reference_only = true;
#else
std::atomic<bool> reference_only = false;
#endif
}  // namespace

void use_reference_kernels(bool on) {
  reference_only = on;
}
bool reference_kernels_in_use() {
  return reference_only.load(std::memory_order_relaxed);
}

void require_shape(std::string_view op, std::string_view what, const ConstView& view, const Shape& expected) {
  require(view.shape == expected, op, "{} has the shape {}, expected {}", what, view.shape.str(),
          expected.str());
}

void require_same_type(std::string_view op, const ConstView& a, const ConstView& b) {
  require(a.dtype == b.dtype && a.device == b.device, op, "{} on {} and {} on {} cannot be used together",
          name_of(a.dtype), name_of(a.device), name_of(b.dtype), name_of(b.device));
}

void require_wide_type(std::string_view op, const ConstView& parameter, const ConstView& activations) {
  require(parameter.dtype == wide_type(activations.dtype) && parameter.device == activations.device, op,
          "a parameter of {} on {} came, expected {} on {} beside activations of {}",
          name_of(parameter.dtype), name_of(parameter.device), name_of(wide_type(activations.dtype)),
          name_of(activations.device), name_of(activations.dtype));
}

void require_rank(std::string_view op, std::string_view what, const ConstView& view, int rank) {
  require(view.shape.rank() == rank, op, "{} has the shape {}, expected {} axes", what, view.shape.str(),
          rank);
}

}  // namespace scrim
