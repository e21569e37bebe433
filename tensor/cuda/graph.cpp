// tensor/device_graph.h on CUDA's graphs.
#include "tensor/cuda/capture.h"
#include "tensor/cuda/check.h"
#include "tensor/device_graph.h"
#include "tensor/storage.h"

namespace scrim {
namespace {

class CudaGraph : public DeviceGraph {
 public:
  CudaGraph(const cuda::Runtime& runtime, cuda::Capture& capture, cudaGraph_t graph)
      : runtime_(runtime), pool_(capture.pool()), kept_(std::move(capture.kept())) {
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    cuda::check(status, "cudaGraphInstantiate");
  }
  ~CudaGraph() override {
    if (executable_) cudaGraphExecDestroy(executable_);
  }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  void replay() override {
    SCRIM_CUDA_CHECK(cudaGraphLaunch(executable_, runtime_.stream()));
    memory::note_replay();
  }

 private:
  const cuda::Runtime& runtime_;
  std::shared_ptr<cuda::GraphPool> pool_;
  std::vector<Tensor> kept_;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

std::unique_ptr<DeviceGraph> DeviceGraph::capture(Device device, const std::function<void()>& work) {
  cuda::Runtime& runtime = cuda::Runtime::of(device);
  // What the work has used so far would be kept beside the graph's own memory.
  runtime.wait();
  cudaMemPool_t pool = nullptr;
  SCRIM_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device.index));
  SCRIM_CUDA_CHECK(cudaMemPoolTrimTo(pool, 0));
  cuda::Capture capture(device);
  work();
  return std::make_unique<CudaGraph>(runtime, capture, capture.finish());
}

void DeviceGraph::keep(const Tensor& tensor) {
  if (cuda::Capture* capture = cuda::Capture::current()) capture->keep(tensor);
}

}  // namespace scrim
