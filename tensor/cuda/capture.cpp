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
  for (const auto& [data, piece] : pieces_)
    if (piece.begins_segment) cudaFree(data);
}

GraphPool::Pieces::iterator GraphPool::smallest_that_fits(std::size_t bytes) {
  auto best = pieces_.end();
  for (auto piece = pieces_.begin(); piece != pieces_.end(); ++piece)
    if (piece->second.is_free && piece->second.bytes >= bytes &&
        (best == pieces_.end() || piece->second.bytes < best->second.bytes))
      best = piece;
  return best;
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
  pieces_[static_cast<char*>(data)] = {size, true, true};
  return true;
}

void* GraphPool::allocate(std::size_t bytes) {
  const std::size_t size = std::max((bytes + alignment - 1) / alignment * alignment, alignment);
  auto piece = smallest_that_fits(size);
  if (piece == pieces_.end()) {
    if (!add_segment(size)) return nullptr;
    piece = smallest_that_fits(size);
  }
  if (piece->second.bytes > size) {
    pieces_[piece->first + size] = {piece->second.bytes - size, true, false};
    piece->second.bytes = size;
  }
  piece->second.is_free = false;
  return piece->first;
}

void GraphPool::join_with_next(Pieces::iterator piece) {
  const auto next = std::next(piece);
  if (next == pieces_.end() || !next->second.is_free || next->second.begins_segment) return;
  piece->second.bytes += next->second.bytes;
  pieces_.erase(next);
}

void GraphPool::free(void* data) {
  const auto piece = pieces_.find(static_cast<char*>(data));
  piece->second.is_free = true;
  join_with_next(piece);
  if (piece != pieces_.begin() && !piece->second.begins_segment && std::prev(piece)->second.is_free)
    join_with_next(std::prev(piece));
  if (is_abandoned_) release_unused_segments();
}

void GraphPool::abandon() {
  --in_use_;
  is_abandoned_ = true;
  release_unused_segments();
}

void GraphPool::release_unused_segments() {
  cudaSetDevice(device_);
  std::erase_if(pieces_, [&](const auto& entry) {
    const auto next = pieces_.upper_bound(entry.first);
    const bool is_whole =
        entry.second.begins_segment && (next == pieces_.end() || next->second.begins_segment);
    if (!is_whole || !entry.second.is_free) return false;
    cudaFree(entry.first);
    return true;
  });
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
