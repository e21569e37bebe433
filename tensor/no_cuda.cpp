// tensor/memory/device_memory.h in a build without CUDA: there is no GPU to speak of.
#include "tensor/device_graph.h"
#include "tensor/memory/device_memory.h"

namespace scrim::cuda {

std::string driver_trouble() {
  return {};
}
std::string obstacle(Device) {
  return "this build has no CUDA. Build the preset \"cuda\", or choose the device cpu";
}

namespace {

[[noreturn]] void absent() {
  throw UsageError("[cuda] " + obstacle(Device::cuda));
}

}  // namespace

void* allocate(std::size_t, Device) {
  absent();
}
void free(void*, std::size_t, Device) {}
void copy_to_device(const void*, void*, std::size_t, Device) {
  absent();
}
void copy_to_host(const void*, void*, std::size_t, Device) {
  absent();
}
void copy_on_device(const void*, void*, std::size_t, Device) {
  absent();
}
void synchronize(Device) {
  absent();
}
void fill(View, double) {
  absent();
}
void convert(ConstView, View) {
  absent();
}
}  // namespace scrim::cuda

std::unique_ptr<scrim::DeviceGraph> scrim::DeviceGraph::capture(Device, const std::function<void()>&) {
  cuda::absent();
}

void scrim::DeviceGraph::keep(const Tensor&) {}

namespace scrim::cuda {

int device_count() {
  return 0;
}
std::string description(Device) {
  absent();
}

}  // namespace scrim::cuda
