#include "tensor/tensor.h"

#include <algorithm>
#include <cstring>

#include "tensor/memory/device_memory.h"

namespace scrim {
Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  Tensor result;
  result.storage_ = std::make_shared<Storage>(std::size_t(shape.numel()) * size_of(dtype), device);
  result.shape_ = shape;
  result.dtype_ = dtype;
  result.device_ = device;
  return result;
}

Tensor Tensor::to(Device device) const {
  if (device == device_) return *this;
  if (device_.is_cuda() && device.is_cuda()) return to(Device::cpu).to(device);
  Tensor result = empty(shape_, dtype_, device);
  if (bytes() == 0) return result;
  void* there = result.mutable_view().data;
  if (device.is_cuda())
    cuda::copy_to_device(view().data, there, bytes(), device);
  else
    cuda::copy_to_host(view().data, there, bytes(), device_);
  return result;
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Device device) {
  Tensor result = empty(shape, dtype, device);
  if (device.is_cuda()) {
    if (shape.numel() > 0) cuda::fill(result.mutable_view(), value);
    return result;
  }
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
  result.copy_from(*this);
  return result;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return clone();
  Tensor result = empty(shape_, dtype, device_);
  if (device_.is_cuda()) {
    if (numel() > 0) cuda::convert(view(), result.mutable_view());
    return result;
  }
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
  if (device_.is_cuda()) return to(Device::cpu).item();
  double value = 0;
  for_any_type(dtype_, [&]<class T>(T) { value = static_cast<double>(data<T>()[0]); });
  return value;
}

void Tensor::copy_from(const Tensor& source) {
  require(shape_ == source.shape_ && dtype_ == source.dtype_, "copy_from", "{} {} came, expected {} {}",
          name_of(source.dtype_), source.shape_.str(), name_of(dtype_), shape_.str());
  if (bytes() == 0) return;
  void* there = mutable_view().data;
  const void* from = source.view().data;
  if (device_.is_cuda() && source.device_ == device_)
    cuda::copy_on_device(from, there, bytes(), device_);
  else if (device_.is_cuda())
    cuda::copy_to_device(source.to(Device::cpu).view().data, there, bytes(), device_);
  else if (source.device_.is_cuda())
    cuda::copy_to_host(from, there, bytes(), source.device_);
  else
    std::memcpy(there, from, bytes());
}

}  // namespace scrim
