// Captures and graphs: noted work, and its repetition.
#include <utility>

#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/stream.h"

using namespace cuda_emulation;

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (!is_stream(stream) || stream->capturing) return cudaErrorInvalidResourceHandle;
  stream->capturing = true;
  stream->capture_is_relaxed = mode == cudaStreamCaptureModeRelaxed;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (!is_stream(stream) || !stream->capturing) return cudaErrorInvalidResourceHandle;
  stream->capturing = false;
  *graph = new EmulatedGraph{std::exchange(stream->captured, {})};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  if (!executable || !graph) return cudaErrorInvalidValue;
  *executable = new EmulatedGraphExec{graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream) {
  return executable && is_stream(stream) ? cudaSuccess : cudaErrorInvalidResourceHandle;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  if (!executable || !is_stream(stream)) return cudaErrorInvalidResourceHandle;
  count("graph launch");
  for (const auto& work : executable->work) enqueue(stream, work);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
