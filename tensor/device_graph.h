// Work of a GPU that is recorded once and replayed: a CUDA graph.
#pragma once

#include <functional>
#include <memory>

#include "tensor/tensor.h"

namespace scrim {

class DeviceGraph {
 public:
  /// Calls `work`, whose calls to the device are recorded and not run. Everything that they name must stay where it is while
  /// the graph lives; memory that they ask for is the graph's, and tensors of it that outlive the call hold what the last
  /// replay wrote. Throws UsageError when `work` does what cannot be repeated: wait for the device, copy from the processor,
  /// or draw random numbers.
  static std::unique_ptr<DeviceGraph> capture(Device device, const std::function<void()>& work);
  virtual ~DeviceGraph() = default;

  /// What a cache may let go of stays as long as the graph that is captured right now, if one is.
  static void keep(const Tensor& tensor);

  /// Tells the device to do all of it. What was derived from tensors there is out of date from here on.
  virtual void replay() = 0;
};

}  // namespace scrim
