// Element types of a tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scrim {

enum class DType { f32, f64, i64, u8, boolean };

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

}  // namespace scrim
