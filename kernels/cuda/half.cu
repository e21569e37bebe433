#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "kernels/cuda/half.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

struct F16 {
  using Type = __half;
  __device__ static Type round(float x) { return __float2half_rn(x); }
  __device__ static float widen(Type x) { return __half2float(x); }
};
struct Bf16 {
  using Type = __nv_bfloat16;
  __device__ static Type round(float x) { return __float2bfloat16_rn(x); }
  __device__ static float widen(Type x) { return __bfloat162float(x); }
};

template <class Half>
struct RoundToHalfKernel {
  const float* in;
  typename Half::Type* out;
  __device__ void operator()(std::int64_t i) const { out[i] = Half::round(in[i]); }
};

template <class Half>
struct WidenFromHalfKernel {
  const typename Half::Type* in;
  float* out;
  __device__ void operator()(std::int64_t i) const { out[i] = Half::widen(in[i]); }
};

template <class Body>
void with_half_type(Body&& body) {
  if (compute_settings().math == ProductMath::bf16)
    body(Bf16{});
  else
    body(F16{});
}

}  // namespace

void round_to_half(Device device, const float* in, std::uint16_t* out, std::int64_t count) {
  with_half_type([&]<class Half>(Half) {
    cuda::for_each_element(device, count,
                           RoundToHalfKernel<Half>{in, reinterpret_cast<typename Half::Type*>(out)});
  });
}

void widen_from_half(Device device, const std::uint16_t* in, float* out, std::int64_t count) {
  with_half_type([&]<class Half>(Half) {
    cuda::for_each_element(device, count,
                           WidenFromHalfKernel<Half>{reinterpret_cast<const typename Half::Type*>(in), out});
  });
}

}  // namespace scrim::kernels
