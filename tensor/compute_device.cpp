#include "tensor/compute_device.h"

#include <algorithm>
#include <charconv>

#include "tensor/device_memory.h"

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

Device choose_compute_device(const std::string& text) {
  if (text == "cpu") return Device::cpu;
  if (text == "auto") return cuda::device_count() > 0 ? Device::cuda : Device::cpu;
  int index = 0;
  if (text != "cuda") {
    const std::string_view prefix = "cuda:";
    const char *begin = text.data() + std::min(prefix.size(), text.size()), *end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, index);
    if (!text.starts_with(prefix) || begin == end || error != std::errc() || stopped != end || index < 0)
      throw UsageError(fmt::format(
          "[device] the device is \"{}\", expected \"cpu\", \"cuda\", \"cuda:N\" or \"auto\"", text));
  }
  const Device chosen = Device::cuda_at(index);
  cuda::description(chosen);  // throws when it cannot be used
  return chosen;
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
