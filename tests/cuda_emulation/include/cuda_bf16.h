// Stand-in for CUDA's bfloat16.
#pragma once

#include "tests/cuda_emulation/half_bits.h"

struct __nv_bfloat16 {
  std::uint16_t bits;
};
inline __nv_bfloat16 __float2bfloat16_rn(float value) {
  return {cuda_emulation::bf16_bits(value)};
}
inline float __bfloat162float(__nv_bfloat16 value) {
  return cuda_emulation::bf16_value(value.bits);
}
