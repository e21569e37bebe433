#include "tensor/tensor.h"

#include <algorithm>
#include <cstring>

namespace scrim {
namespace {

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
  }
}

}  // namespace

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  require(device == Device::cpu, "tensor", "this build has no {} device", name_of(device));
  Tensor result;
  result.storage_ = std::make_shared<Storage>(std::size_t(shape.numel()) * size_of(dtype));
  result.shape_ = shape;
  result.dtype_ = dtype;
  result.device_ = device;
  return result;
}

Tensor Tensor::to(Device device) const {
  if (device == device_) return *this;
  return empty(shape_, dtype_, device);  // throws: there is no other device yet to copy to
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype) {
  Tensor result = empty(shape, dtype);
  for_any_type(dtype, [&]<class T>(T) {
    auto out = result.mutable_data<T>();
    std::fill(out.begin(), out.end(), static_cast<T>(value));
  });
  return result;
}

ConstView Tensor::view() const {
  if (!defined()) return {};
  return {storage_->data(), shape_, dtype_, device_};
}

View Tensor::mutable_view() {
  if (!defined()) return {};
  return {storage_->mutable_data(), shape_, dtype_, device_};
}

Tensor Tensor::reshape(const Shape& shape) const {
  require(shape.numel() == numel(), "reshape", "{} cannot become {}: {} elements against {}", shape_.str(),
          shape.str(), numel(), shape.numel());
  Tensor result = *this;
  result.shape_ = shape;
  return result;
}

Tensor Tensor::clone() const {
  if (!defined()) return {};
  Tensor result = empty(shape_, dtype_, device_);
  std::memcpy(result.mutable_view().data, view().data, bytes());
  return result;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return clone();
  Tensor result = empty(shape_, dtype, device_);
  for_any_type(dtype_, [&]<class From>(From) {
    for_any_type(dtype, [&]<class To>(To) {
      auto from = data<From>();
      auto to = result.mutable_data<To>();
      std::transform(from.begin(), from.end(), to.begin(), [](From value) { return static_cast<To>(value); });
    });
  });
  return result;
}

double Tensor::item() const {
  require(numel() == 1, "tensor", "item() takes one element, the tensor is {}", shape_.str());
  double value = 0;
  for_any_type(dtype_, [&]<class T>(T) { value = static_cast<double>(data<T>()[0]); });
  return value;
}

void Tensor::copy_from(const Tensor& source) {
  require(shape_ == source.shape_ && dtype_ == source.dtype_, "copy_from", "{} {} came, expected {} {}",
          name_of(source.dtype_), source.shape_.str(), name_of(dtype_), shape_.str());
  if (bytes() > 0) std::memcpy(mutable_view().data, source.view().data, bytes());
}

}  // namespace scrim
