// Element types of a tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tensor/half.h"

namespace scrim {

/// f16 and bf16 are for activations on a GPU; the processor converts them and computes in f32.
enum class DType { f32, f64, i64, u8, boolean, f16, bf16 };

inline bool is_half(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16;
}
/// The type in which values of `dtype` are computed, and in which the parameters of their ops are kept.
inline DType wide_type(DType dtype) {
  return is_half(dtype) ? DType::f32 : dtype;
}

std::size_t size_of(DType dtype);
std::string_view name_of(DType dtype);

/// DTypeOf<float>::value is DType::f32, and so on.
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::boolean;
};
template <>
struct DTypeOf<Float16> {
  static constexpr DType value = DType::f16;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::bf16;
};

}  // namespace scrim
