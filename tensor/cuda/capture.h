// A capture in progress, and the memory of graphs.
//
// Memory requested while a graph is captured comes from the graph's own pool, whose addresses stay its own from replay to
// replay; CUDA's stream-ordered pool would hand them to others in between.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tensor/cuda/runtime.h"
#include "tensor/memory/pieces.h"
#include "tensor/tensor.h"

namespace scrim::cuda {

/// Device memory for one graph. Lives as long as the graph and the tensors in it.
class GraphPool {
 public:
  explicit GraphPool(int device) : device_(device) { ++in_use_; }
  ~GraphPool();
  GraphPool(const GraphPool&) = delete;
  GraphPool& operator=(const GraphPool&) = delete;

  /// 256-byte aligned; null when the device has no room.
  void* allocate(std::size_t bytes);
  void free(void* data);
  /// No graph came of it: from here on it keeps no segment that nothing lies in.
  void abandon();
  /// Whether one is in use that was not abandoned. Steps without a graph need less memory.
  static bool any_in_use() { return in_use_ > 0; }

 private:
  bool add_segment(std::size_t bytes);
  void release_unused_segments();

  static inline int in_use_ = 0;
  int device_;
  bool is_abandoned_ = false;
  Pieces pieces_;
};

/// From its constructor to finish() or its end, the stream records work instead of running it.
class Capture {
 public:
  explicit Capture(Device device);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  cudaGraph_t finish();
  const std::shared_ptr<GraphPool>& pool() const { return pool_; }
  /// For memory from before the capture that is given back within it.
  void free_afterwards(void* data) { freed_.push_back(data); }

  void keep(const Tensor& tensor) { kept_.push_back(tensor); }
  std::vector<Tensor>& kept() { return kept_; }

  static Capture* current();  ///< null when nothing is captured

 private:
  void end(cudaGraph_t* graph);

  const Runtime& runtime_;
  std::shared_ptr<GraphPool> pool_;
  std::vector<void*> freed_;
  std::vector<Tensor> kept_;
  bool is_running_ = false;
};

/// Throws UsageError when a capture is in progress: `what` completes "a step that ... cannot be captured".
void require_no_capture(const char* what);

}  // namespace scrim::cuda
