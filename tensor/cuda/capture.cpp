#include "tensor/cuda/capture.h"

#include <algorithm>

#include "base/error.h"
#include "tensor/cuda/check.h"

namespace scrim::cuda {
namespace {

constexpr std::size_t alignment = 256, least_segment = std::size_t(32) << 20;

Capture* in_progress = nullptr;

}  // namespace

GraphPool::~GraphPool() {
  if (!is_abandoned_) --in_use_;
  cudaSetDevice(device_);
  pieces_.remove_all([](char* data) { cudaFree(data); });
}

bool GraphPool::add_segment(std::size_t bytes) {
  const std::size_t size = std::max(bytes, least_segment);
  void* data = nullptr;
  const cudaError_t status = cudaMalloc(&data, size);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return false;
  }
  check(status, "cudaMalloc");
  pieces_.add_segment(static_cast<char*>(data), size);
  pieces_.give(static_cast<char*>(data));
  return true;
}

void* GraphPool::allocate(std::size_t bytes) {
  const std::size_t size = std::max((bytes + alignment - 1) / alignment * alignment, alignment);
  void* const piece = pieces_.take(size);
  if (piece) return piece;
  return add_segment(size) ? pieces_.take(size) : nullptr;
}

void GraphPool::free(void* data) {
  pieces_.give(static_cast<char*>(data));
  if (is_abandoned_) release_unused_segments();
}

void GraphPool::abandon() {
  --in_use_;
  is_abandoned_ = true;
  release_unused_segments();
}

void GraphPool::release_unused_segments() {
  cudaSetDevice(device_);
  while (char* segment = pieces_.remove_free_segment().begin) cudaFree(segment);
}

Capture::Capture(Device device)
    : runtime_(Runtime::of(device)), pool_(std::make_shared<GraphPool>(device.index)) {
  require_no_capture("captures another one");
  // The pool grows within the capture, which the stricter modes forbid.
  SCRIM_CUDA_CHECK(cudaStreamBeginCapture(runtime_.stream(), cudaStreamCaptureModeRelaxed));
  is_running_ = true;
  in_progress = this;
}

void Capture::end(cudaGraph_t* graph) {
  is_running_ = false;
  in_progress = nullptr;
  const cudaError_t status = cudaStreamEndCapture(runtime_.stream(), graph);
  for (void* data : freed_) cudaFreeAsync(data, runtime_.stream());
  check(status, "cudaStreamEndCapture");
}

cudaGraph_t Capture::finish() {
  cudaGraph_t graph = nullptr;
  end(&graph);
  return graph;
}

Capture::~Capture() {
  if (!is_running_) return;
  cudaGraph_t graph = nullptr;
  try {
    end(&graph);
  } catch (const Error&) {  // what ended the capture is on its way already
  }
  if (graph) cudaGraphDestroy(graph);
}

Capture* Capture::current() {
  return in_progress;
}

void require_no_capture(const char* what) {
  if (in_progress)
    throw CaptureError(fmt::format("[cuda] a step that {} cannot be captured in a graph", what));
}

}  // namespace scrim::cuda
