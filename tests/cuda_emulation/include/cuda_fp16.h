// Stand-in for CUDA's half precision.
#pragma once

#include "tests/cuda_emulation/half_bits.h"

struct __half {
  std::uint16_t bits;
};
inline __half __float2half_rn(float value) {
  return {cuda_emulation::f16_bits(value)};
}
inline float __half2float(__half value) {
  return cuda_emulation::f16_value(value.bits);
}
