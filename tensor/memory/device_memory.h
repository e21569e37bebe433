// What a Tensor needs of a GPU, without naming CUDA: memory, copies, constants. Everything here is put in the order of
// the device's one stream and returns at once, but for copies to the host, which wait. A build without CUDA, and a
// machine without a GPU, throw UsageError that says which of the two.
#pragma once

#include "tensor/tensor.h"

namespace scrim::cuda {

/// From the stream-ordered pool of the device, which keeps what is freed. Throws NoRoomError that names the op and module
/// that requested it, the size, and the largest holders.
void* allocate(std::size_t bytes, Device device);
void free(void* data, std::size_t bytes, Device device);

/// The bytes of `from` as they are now: the host may write over them afterwards.
void copy_to_device(const void* from, void* to, std::size_t bytes, Device device);
/// Waits for all work queued on the device before. Throws Error when a kernel has complained of its input.
void copy_to_host(const void* from, void* to, std::size_t bytes, Device device);
void copy_on_device(const void* from, void* to, std::size_t bytes, Device device);
/// Waits as copy_to_host() does.
void synchronize(Device device);

void fill(View view, double value);
/// Converts elements from any type to any other; both lie on one device.
void convert(ConstView from, View to);

/// Number of GPUs; 0 where there is none. Only a build without CUDA throws.
int device_count();
/// Why the driver hides GPUs, for people: an old driver, say. Empty when it does not, and where there is no GPU or driver.
std::string driver_trouble();
/// Why the device cannot be used, for people; empty when it can.
std::string obstacle(Device device);
/// One line for people: name, memory, driver. Throws UsageError that says what is missing.
std::string description(Device device);

}  // namespace scrim::cuda
