#include "kernels/cuda/strided.h"
#include "kernels/permute/permute.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class Unit>
struct PermuteKernel {
  const Unit* x;
  Unit* y;
  Strided place;
  __device__ void operator()(std::int64_t i) const { y[i] = x[place.offset(i)]; }
};

}  // namespace

void permute_cuda(ConstView x, const std::vector<int>& order, View y) {
  const auto steps = permuted_steps(x.shape, order);
  Strided place;
  for (int axis = 0; axis < y.shape.rank(); ++axis) place.append(y.shape[axis], steps[std::size_t(axis)]);
  const auto copy = [&]<class Unit>(Unit) {
    cuda::for_each_element(
        y.device, y.shape.numel(),
        PermuteKernel<Unit>{static_cast<const Unit*>(x.data), static_cast<Unit*>(y.data), place});
  };
  if (size_of(x.dtype) == 1) return copy(std::uint8_t{});
  if (size_of(x.dtype) == 2) return copy(std::uint16_t{});
  if (size_of(x.dtype) == 4) return copy(std::uint32_t{});
  copy(std::uint64_t{});
}

}  // namespace scrim::kernels
