#include "tensor/compute_device.h"

namespace scrim {
namespace {

Device device = Device::cpu;

}  // namespace

Device compute_device() {
  return device;
}
void set_compute_device(Device chosen) {
  device = chosen;
}

Tensor to_compute_device(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(device) : tensor;
}
Tensor to_host(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(Device::cpu) : tensor;
}

}  // namespace scrim
