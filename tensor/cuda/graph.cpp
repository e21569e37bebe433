// tensor/device_graph.h on CUDA's graphs.
#include "tensor/cuda/capture.h"
#include "tensor/cuda/check.h"
#include "tensor/device_graph.h"
#include "tensor/memory/storage.h"

namespace scrim {
namespace {

class CudaGraph : public DeviceGraph {
 public:
  CudaGraph(const cuda::Runtime& runtime, cuda::Capture& capture, cudaGraph_t graph)
      : runtime_(runtime), pool_(capture.pool()), kept_(std::move(capture.kept())) {
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check_room(status, "cudaGraphInstantiate");
  }
  ~CudaGraph() override {
    if (executable_) cudaGraphExecDestroy(executable_);
  }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  /// Takes what memory the graph itself needs.
  void upload() {
    check_room(cudaGraphUpload(executable_, runtime_.stream()), "cudaGraphUpload");
    SCRIM_CUDA_CHECK(cudaStreamSynchronize(runtime_.stream()));
  }

  void replay() override {
    SCRIM_CUDA_CHECK(cudaGraphLaunch(executable_, runtime_.stream()));
    memory::note_replay();
  }

 private:
  static void check_room(cudaError_t status, const char* call) {
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      throw NoRoomError(fmt::format("[cuda] {}: no room for the graph", call));
    }
    cuda::check(status, call);
  }

  const cuda::Runtime& runtime_;
  std::shared_ptr<cuda::GraphPool> pool_;
  std::vector<Tensor> kept_;
  cudaGraphExec_t executable_ = nullptr;
};

void give_unused_memory_back(Device device) {
  cudaMemPool_t pool = nullptr;
  SCRIM_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device.index));
  SCRIM_CUDA_CHECK(cudaMemPoolTrimTo(pool, 0));
}

/// A validation, or a step of another kind, is to find room too.
void require_room_beside_it() {
  std::size_t unused = 0, total = 0;
  SCRIM_CUDA_CHECK(cudaMemGetInfo(&unused, &total));
  if (unused < total / 20)
    throw NoRoomError("[cuda] a graph would leave less than a twentieth of the device's memory");
}

}  // namespace

std::unique_ptr<DeviceGraph> DeviceGraph::capture(Device device, const std::function<void()>& work) {
  cuda::Runtime& runtime = cuda::Runtime::of(device);
  // What the work has used so far would be kept beside the graph's own memory.
  runtime.wait();
  give_unused_memory_back(device);
  std::shared_ptr<cuda::GraphPool> memory;
  try {
    cuda::Capture capture(device);
    memory = capture.pool();
    work();
    auto graph = std::make_unique<CudaGraph>(runtime, capture, capture.finish());
    graph->upload();
    give_unused_memory_back(device);  // the gradients that the graph has replaced
    require_room_beside_it();
    return graph;
  } catch (...) {
    if (memory) memory->abandon();
    throw;
  }
}

void DeviceGraph::keep(const Tensor& tensor) {
  if (cuda::Capture* capture = cuda::Capture::current()) capture->keep(tensor);
}

}  // namespace scrim
