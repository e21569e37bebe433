// The two 16-bit types as bits, rounded to nearest, ties to even (IEEE 754 binary16; bfloat16 is the upper half of binary32).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace cuda_emulation {

inline std::uint16_t bf16_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return std::uint16_t(bits >> 16 | 0x40);
  return std::uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float bf16_value(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t(bits) << 16);
}

inline std::uint16_t f16_bits(float value) {
  const std::uint16_t sign = std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000;
  const double size = std::fabs(double(value));
  if (std::isnan(value)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;  // infinity, and what rounds to it
  // Multiples of 2^-24 below 2^-14, else 11 significant bits; nearbyint rounds ties to even.
  const int exponent = size < 0x1p-14 ? -24 : std::ilogb(size) - 10;
  const auto units = std::uint32_t(std::nearbyint(std::ldexp(size, -exponent)));
  if (exponent == -24 && units < 1024) return std::uint16_t(sign | units);
  const int carried = units == 2048 ? 1 : 0;
  return std::uint16_t(sign | ((std::uint32_t(exponent + 25 + carried) << 10) + ((units >> carried) - 1024)));
}
inline float f16_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                     : exponent == 0 ? std::ldexp(float(fraction), -24)
                                     : std::ldexp(float(fraction + 1024), exponent - 25);
  return bits & 0x8000 ? -size : size;
}

}  // namespace cuda_emulation
