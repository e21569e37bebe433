// Which GPUs there are, and whether this program can use them.
#include "tensor/cuda/check.h"
#include "tensor/cuda/device_code.h"
#include "tensor/cuda/runtime.h"
#include "tensor/memory/device_memory.h"

namespace scrim::cuda {
namespace {

/// "12.4" of 12040.
std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

int driver_version() {
  int version = 0;
  cudaDriverGetVersion(&version);
  return version;
}

std::string reason_of(cudaError_t status) {
  cudaGetLastError();  // a later call is not to report this one again
  return fmt::format("the GPU cannot be used: {} ({})", cudaGetErrorString(status), cudaGetErrorName(status));
}

/// Loads code on the device. What was made there for it is given back where there is none.
std::string obstacle_to_code(Device device, const cudaDeviceProp& properties) {
  cudaError_t status = cudaSetDevice(device.index);
  if (status == cudaSuccess) status = find_device_code();
  if (status == cudaSuccess) return {};
  std::string reason = reason_of(status);
  if (status == cudaErrorNoKernelImageForDevice || status == cudaErrorInvalidDeviceFunction)
    reason = fmt::format(
        "this build has no code for the {} (compute capability {}.{}). GPUs from 8.0 on work if "
        "SCRIM_CUDA_ARCHITECTURES names them",
        properties.name, properties.major, properties.minor);
  cudaDeviceReset();
  return reason;
}

}  // namespace

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();
  return 0;
}

std::string driver_trouble() {
  int count = 0, runtime = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess || status == cudaErrorNoDevice) return {};
  if (status != cudaErrorInsufficientDriver) return reason_of(status);
  cudaGetLastError();
  if (driver_version() == 0) return {};
  cudaRuntimeGetVersion(&runtime);
  return fmt::format(
      "the NVIDIA driver is too old: it supports CUDA {}, this program needs {}. Update the driver",
      version_text(driver_version()), version_text(runtime));
}

std::string obstacle(Device device) {
  if (const std::string trouble = driver_trouble(); !trouble.empty()) return trouble;
  const int count = device_count();
  if (count == 0)
    return driver_version() > 0 ? "the driver shows no NVIDIA GPU" : "no NVIDIA GPU, or no driver for it";
  if (device.index < 0 || device.index >= count)
    return fmt::format("there is no {}: this machine has {} GPU{}", name_of(device), count,
                       count == 1 ? "" : "s");
  int has_pools = 0;
  cudaDeviceProp properties{};
  cudaError_t status = cudaGetDeviceProperties(&properties, device.index);
  if (status == cudaSuccess)
    status = cudaDeviceGetAttribute(&has_pools, cudaDevAttrMemoryPoolsSupported, device.index);
  if (status != cudaSuccess) return reason_of(status);
  if (!has_pools)
    return fmt::format("the {} has no memory pools, which this program needs (some virtual GPUs lack them)",
                       properties.name);
  return obstacle_to_code(device, properties);
}

std::string description(Device device) {
  const cudaDeviceProp& p = Runtime::of(device).properties();
  return fmt::format("{}: {}, {:.0f} GiB, compute capability {}.{}, driver for CUDA {}", name_of(device),
                     p.name, double(p.totalGlobalMem) / double(1 << 30), p.major, p.minor,
                     version_text(driver_version()));
}

}  // namespace scrim::cuda
