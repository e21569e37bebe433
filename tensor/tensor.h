// Tensor shares a Storage; ConstView and View only look. Memory is contiguous, last axis fastest, always.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "tensor/device.h"
#include "tensor/dtype.h"
#include "tensor/memory/storage.h"
#include "tensor/shape.h"

namespace scrim {

/// A look at a tensor's elements: what kernels take as input. Owns nothing; valid while the tensor lives.
struct ConstView {
  const void* data = nullptr;
  Shape shape;
  DType dtype = DType::f32;
  Device device = Device::cpu;

  explicit operator bool() const { return data != nullptr; }
  /// The elements as T, for code that runs on the processor. Throws Error when the tensor holds another type or lies
  /// elsewhere.
  template <class T>
  const T* as() const {
    if (device.is_cuda()) [[unlikely]]
      fail("view", "the processor cannot read the tensor {} on {}", shape.str(), name_of(device));
    return on_device<T>();
  }
  /// The elements as T, for code that hands them to the tensor's own device.
  template <class T>
  const T* on_device() const {
    if (dtype != DTypeOf<T>::value) [[unlikely]]
      fail("view", "{} was asked for, the tensor {} holds {}", name_of(DTypeOf<T>::value), shape.str(),
           name_of(dtype));
    return static_cast<const T*>(data);
  }
};

/// The same for writing: what kernels take as output.
struct View {
  void* data = nullptr;
  Shape shape;
  DType dtype = DType::f32;
  Device device = Device::cpu;

  explicit operator bool() const { return data != nullptr; }
  operator ConstView() const { return {data, shape, dtype, device}; }
  template <class T>
  T* as() const {
    return const_cast<T*>(ConstView(*this).as<T>());
  }
  template <class T>
  T* on_device() const {
    return const_cast<T*>(ConstView(*this).on_device<T>());
  }
};

class Tensor {
 public:
  Tensor() = default;  ///< undefined: no storage

  /// Uninitialized elements.
  static Tensor empty(const Shape& shape, DType dtype = DType::f32, Device device = Device::cpu);
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f32, Device device = Device::cpu);
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32) { return full(shape, 0, dtype); }
  static Tensor scalar(double value, DType dtype = DType::f32) { return full({}, value, dtype); }
  // Of the type and on the device of this one:
  Tensor empty_like(const Shape& shape) const { return empty(shape, dtype_, device_); }
  Tensor full_like(const Shape& shape, double value) const { return full(shape, value, dtype_, device_); }
  /// Copies `values`, row-major. Throws Error when their number is not that of the shape.
  template <class T>
  static Tensor from(const Shape& shape, const std::vector<T>& values) {
    Tensor result = empty(shape, DTypeOf<T>::value);
    require(std::int64_t(values.size()) == shape.numel(), "tensor", "{} values came for the shape {}",
            values.size(), shape.str());
    std::copy(values.begin(), values.end(), result.template mutable_data<T>().begin());
    return result;
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t size(int axis) const { return shape_[axis]; }
  std::int64_t numel() const { return shape_.numel(); }
  std::size_t bytes() const { return std::size_t(numel()) * size_of(dtype_); }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  /// Changes whenever the elements may have changed; never the same for two contents.
  std::uint64_t stamp() const { return storage_->stamp(); }

  /// Whether no other Tensor shares the storage: only then may somebody who was handed the tensor write over
  /// it.
  bool is_unique() const { return storage_.use_count() == 1; }

  ConstView view() const;  ///< an undefined tensor lends an empty view
  View mutable_view();
  template <class T>
  std::span<const T> data() const {
    return {view().as<T>(), std::size_t(numel())};
  }
  template <class T>
  std::span<T> mutable_data() {
    return {mutable_view().as<T>(), std::size_t(numel())};
  }

  /// The same elements under another shape; shares the storage. Throws Error when the counts differ.
  Tensor reshape(const Shape& shape) const;
  Tensor clone() const;                  ///< a copy with a storage of its own
  Tensor to(DType dtype) const;          ///< converted copy
  Tensor to(Device device) const;        ///< itself when it is there, else a copy there
  double item() const;                   ///< the value of a tensor of one element; waits for a GPU
  void copy_from(const Tensor& source);  ///< same shape and type, else Error

 private:
  std::shared_ptr<Storage> storage_;
  Shape shape_;
  DType dtype_ = DType::f32;
  Device device_ = Device::cpu;
};

/// Calls fn(T{}) with the type of the elements.
template <class Fn>
void for_any_type(DType dtype, Fn&& fn) {
  switch (dtype) {
    case DType::f32:
      return fn(float{});
    case DType::f64:
      return fn(double{});
    case DType::i64:
      return fn(std::int64_t{});
    case DType::u8:
      return fn(std::uint8_t{});
    case DType::boolean:
      return fn(bool{});
    case DType::f16:
      return fn(Float16{});
    case DType::bf16:
      return fn(BFloat16{});
  }
}

/// Calls fn(T{}) with T = float or double, for kernels written once for both. Throws Error on other types.
template <class Fn>
void for_real_type(DType dtype, std::string_view op, Fn&& fn) {
  if (dtype == DType::f32) return fn(float{});
  if (dtype == DType::f64) return fn(double{});
  fail(op, "takes f32 or f64, {} came", name_of(dtype));
}

/// The same with Float16 and BFloat16 too, for kernels of a GPU that compute in Wide<T>.
template <class Fn>
void for_floating_type(DType dtype, std::string_view op, Fn&& fn) {
  if (dtype == DType::f16) return fn(Float16{});
  if (dtype == DType::bf16) return fn(BFloat16{});
  for_real_type(dtype, op, fn);
}

}  // namespace scrim
