// The two floating-point types of 16 bits. They are for storage: arithmetic widens them to float, and a result is rounded
// to nearest, ties to even, when it is stored.
#pragma once

#include <bit>
#include <cstdint>

#include "tensor/host_device.h"

namespace scrim {

/// The upper half of a float: its range, with 7 bits of mantissa.
struct BFloat16 {
  std::uint16_t bits;

  BFloat16() = default;
  SCRIM_HOST_DEVICE BFloat16(float value) {
    const auto wide = std::bit_cast<std::uint32_t>(value);
    bits = value != value ? std::uint16_t(wide >> 16 | 0x40)
                          : std::uint16_t((wide + 0x7fff + (wide >> 16 & 1)) >> 16);
  }
  SCRIM_HOST_DEVICE operator float() const { return std::bit_cast<float>(std::uint32_t(bits) << 16); }
};

/// IEEE 754 binary16: 10 bits of mantissa, up to 65504; below 2^-14 in steps of 2^-24.
struct Float16 {
  std::uint16_t bits;

  Float16() = default;
  SCRIM_HOST_DEVICE Float16(float value) {
#ifdef __CUDA_ARCH__
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#else
    const auto wide = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = wide >> 16 & 0x8000, size = wide & 0x7fffffff;
    if (size > 0x7f800000)  // NaN
      bits = std::uint16_t(sign | 0x7e00);
    else if (size >= 0x477ff000)  // 65520 and above
      bits = std::uint16_t(sign | 0x7c00);
    else if (size < 0x38800000)  // below 2^-14: floats above 0.5 have the same steps
      bits = std::uint16_t(sign | (std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + 0.5f) -
                                   std::uint32_t(0x3f000000)));
    else
      bits = std::uint16_t(sign | ((size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13));
#endif
  }
  SCRIM_HOST_DEVICE operator float() const {
#ifdef __CUDA_ARCH__
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
#else
    const std::uint32_t sign = std::uint32_t(bits & 0x8000) << 16, size = bits & 0x7fff;
    if (size >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | (size & 0x3ff) << 13);
    if (size < 0x400) return float(size) * (sign ? -0x1p-24f : 0x1p-24f);
    return std::bit_cast<float>(sign | ((size << 13) + 0x38000000));
#endif
  }
};

template <class T>
struct WideOf {
  using Type = T;
};
template <>
struct WideOf<BFloat16> {
  using Type = float;
};
template <>
struct WideOf<Float16> {
  using Type = float;
};
/// The type in which values of T are computed.
template <class T>
using Wide = typename WideOf<T>::Type;

}  // namespace scrim
