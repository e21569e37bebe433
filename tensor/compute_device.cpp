#include "tensor/compute_device.h"

namespace scrim {
namespace {

Device device = Device::cpu;
ComputeSettings settings;

}  // namespace

Device compute_device() {
  return device;
}
void set_compute_device(Device chosen) {
  device = chosen;
}

const ComputeSettings& compute_settings() {
  return settings;
}
void set_compute_settings(const ComputeSettings& chosen) {
  settings = chosen;
}

Tensor to_compute_device(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(device) : tensor;
}
Tensor to_host(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(Device::cpu) : tensor;
}

}  // namespace scrim
