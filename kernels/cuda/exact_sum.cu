#include <cmath>

#include "kernels/cuda/exact_sum.h"

namespace scrim::kernels {
namespace {

/// The largest |value| decides the unit; NaN stays NaN.
template <class T>
struct ExactSumLargestKernel {
  const T* values;
  std::int64_t count, chunk;
  double* largest;
  __device__ void operator()(std::int64_t block) const {
    const std::int64_t first = block * chunk, last = first + chunk < count ? first + chunk : count;
    double best = 0;
    for (std::int64_t i = first + threadIdx.x; i < last; i += cuda::threads_per_block) {
      const double size = fabs(double(values[i]));
      if (!(size <= best)) best = size;
    }
    best = cuda::joined_over_block(best, [](double a, double b) { return a != a || b <= a ? a : b; });
    if (threadIdx.x == 0) largest[block] = best;
  }
};

struct ExactSumUnitKernel {
  const double* largest;
  std::int64_t count;
  int headroom;  ///< bits that the sum may need above the largest value
  double* inverse;
  __device__ void operator()(std::int64_t) const {
    double best = 0;
    for (std::int64_t i = 0; i < count; ++i)
      if (!(largest[i] <= best)) best = largest[i];
    if (best != best || best > 1e300)
      *inverse = NAN;
    else if (best < 1e-280)
      *inverse = 0;  // all values are 0, or beyond what any f32 holds
    else
      *inverse = ldexp(1.0, 62 - headroom - ilogb(best) - 1);
  }
};

template <class T>
struct ExactSumZeroKernel {
  T* out;
  __device__ void operator()(std::int64_t i) const { out[i] = 0; }
};

template <class T>
struct ExactSumFinishKernel {
  const unsigned long long* cells;
  const double* inverse;
  T* out;
  __device__ void operator()(std::int64_t i) const {
    const double total = double(static_cast<long long>(cells[i]));
    out[i] = *inverse == 0 ? T(0) : T(total / *inverse);
  }
};

}  // namespace

ExactSum::ExactSum(std::int64_t count, ConstView bound, std::int64_t terms)
    : count_(count), cells_(bound.device, count), unit_(bound.device, 1) {
  constexpr std::int64_t chunk = 65536;
  const std::int64_t values = bound.shape.numel(), chunks = (values + chunk - 1) / chunk;
  const Scratch<double> largest(bound.device, std::max<std::int64_t>(chunks, 1));
  for_real_type(bound.dtype, "exact_sum", [&]<class T>(T) {
    cuda::for_each_block(bound.device, chunks,
                         ExactSumLargestKernel<T>{bound.on_device<T>(), values, chunk, largest.data()});
  });
  const int headroom = int(std::ceil(std::log2(double(std::max<std::int64_t>(terms, 1)))));
  cuda::for_each_element(bound.device, 1, ExactSumUnitKernel{largest.data(), chunks, headroom, unit_.data()});
  cuda::for_each_element(bound.device, count, ExactSumZeroKernel<unsigned long long>{cells_.data()});
}

void ExactSum::finish(View out) const {
  for_real_type(out.dtype, "exact_sum", [&]<class T>(T) {
    cuda::for_each_element(out.device, count_,
                           ExactSumFinishKernel<T>{cells_.data(), unit_.data(), out.on_device<T>()});
  });
}

}  // namespace scrim::kernels
