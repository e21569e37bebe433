#include "tensor/compute_device.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/notice.h"
#include "tensor/memory/device_memory.h"

namespace scrim {
namespace {

Device device = Device::cpu;
ComputeSettings settings;

/// Says of those before it why they cannot be used.
std::optional<Device> first_usable_gpu() {
  if (const std::string trouble = cuda::driver_trouble(); !trouble.empty())
    notice("no GPU is used: " + trouble);
  for (int index = 0; index < cuda::device_count(); ++index) {
    const Device gpu = Device::cuda_at(index);
    const std::string obstacle = cuda::obstacle(gpu);
    if (obstacle.empty()) return gpu;
    notice(fmt::format("not computing on {}: {}", name_of(gpu), obstacle));
  }
  return std::nullopt;
}

}  // namespace

Device compute_device() {
  return device;
}
void set_compute_device(Device chosen) {
  device = chosen;
}

Device choose_compute_device(const std::string& text) {
  if (text == "cpu") return Device::cpu;
  if (text == "auto") return first_usable_gpu().value_or(Device::cpu);
  int index = 0;
  if (text != "cuda") {
    const std::string_view prefix = "cuda:";
    const char *begin = text.data() + std::min(prefix.size(), text.size()), *end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, index);
    if (!text.starts_with(prefix) || begin == end || error != std::errc() || stopped != end || index < 0)
      throw UsageError(fmt::format(
          "[device] the device must be \"cpu\", \"cuda\", \"cuda:N\" or \"auto\" (got \"{}\")", text));
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

std::string name_of_math_in_use() {
  for (const auto& [name, math] : product_maths)
    if (device.is_cuda() && math == settings.math) return name;
  return "f32";
}

Tensor to_compute_device(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(device) : tensor;
}
Tensor to_host(const Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  return (is_half(tensor.dtype()) ? tensor.to(DType::f32) : tensor).to(Device::cpu);
}

DType product_type(DType dtype, Device where) {
  if (dtype != DType::f32 || !where.is_cuda()) return dtype;
  if (settings.math == ProductMath::bf16) return DType::bf16;
  return settings.math == ProductMath::f16 ? DType::f16 : DType::f32;
}

}  // namespace scrim
