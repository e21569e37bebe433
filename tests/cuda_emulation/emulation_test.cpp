// Each fault that the emulated device is there to catch, made on purpose.
#include "tests/cuda_emulation/emulation.h"

#include <cublasLt.h>
#include <cuda_runtime.h>
#include <cudnn.h>
#include <gtest/gtest.h>

#include "tests/cuda_emulation/faulty_kernels.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

using cuda_emulation::take_faults;

cudaStream_t new_stream() {
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  return stream;
}

class Emulation : public testing::Test {
 protected:
  float* block(std::size_t count) {
    void* data = nullptr;
    EXPECT_EQ(cudaMallocAsync(&data, count * sizeof(float), stream_), cudaSuccess);
    return static_cast<float*>(data);
  }
  float* written_block(std::size_t count) {
    float* data = block(count);
    EXPECT_EQ(cudaMemsetAsync(data, 0, count * sizeof(float), stream_), cudaSuccess);
    return data;
  }
  /// The next wait reports one fault or more, and the first names `part`.
  void expect_fault(const std::string& part) {
    EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorIllegalAddress);
    const auto faults = take_faults();
    ASSERT_FALSE(faults.empty());
    expect_contains(faults.front(), part);
  }
  void expect_none() {
    EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
    EXPECT_TRUE(take_faults().empty());
  }
  cudaStream_t stream_ = new_stream();
};

TEST_F(Emulation, RunsAKernelInTheStreamsOrder) {
  float *from = written_block(1000), *to = block(1000);
  add_one(stream_, from, to, 1000);
  std::vector<float> seen(1000);
  EXPECT_EQ(cudaMemcpyAsync(seen.data(), to, 4000, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
  expect_none();
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1.0f), 1000);
}

TEST_F(Emulation, SeesReadsOfWhatNobodyWrote) {
  add_one(stream_, block(10), block(10), 10);
  expect_fault("nobody wrote them");
}

TEST_F(Emulation, SeesReadsAndWritesBehindTheEnd) {
  add_one(stream_, written_block(9), block(10), 10);
  expect_fault("outside of every block");
  add_one(stream_, written_block(10), block(9), 10);
  expect_fault("write of 4 bytes by kernel");
}

TEST_F(Emulation, SeesUseAfterFree) {
  float *from = written_block(10), *to = block(10);
  EXPECT_EQ(cudaFreeAsync(from, stream_), cudaSuccess);
  add_one(stream_, from, to, 10);
  expect_fault("freed before");
}

TEST_F(Emulation, MemoryLivesUntilItsEndInTheStream) {
  float *from = written_block(10), *to = block(10);
  add_one(stream_, from, to, 10);
  EXPECT_EQ(cudaFreeAsync(from, stream_), cudaSuccess);  // after the kernel, in the stream's order
  expect_none();
}

TEST_F(Emulation, SeesFreesOfWhatIsNotThere) {
  float* data = block(10);
  EXPECT_EQ(cudaFreeAsync(data + 1, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFreeAsync(data, stream_), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(data, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(take_faults().size(), 2u);
}

TEST_F(Emulation, SeesHostAccessToDeviceMemory) {
  float* data = written_block(10);
  expect_none();
  EXPECT_DEATH(data[3] = 1, "host access to device memory, at byte 12 of a block of 40");
}

TEST_F(Emulation, SeesMissingBarriersByTheOrderOfThreads) {
  // Right with its barrier, in both orders; without it the two orders differ.
  for (const bool with_barrier : {true, false}) {
    float sums[2];
    for (float& sum : sums) {
      float* out = block(1);
      sum_of_block(stream_, out, with_barrier);
      EXPECT_EQ(cudaMemcpyAsync(&sum, out, 4, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
      expect_none();
    }
    EXPECT_EQ(sums[0] == sums[1], with_barrier) << sums[0] << " " << sums[1];
    if (with_barrier) {
      EXPECT_EQ(sums[0], 255 * 256 / 2);
    }
  }
}

TEST_F(Emulation, SeesBarriersThatSomeThreadsMiss) {
  miss_a_barrier(stream_);
  expect_fault("1 of 256 threads of a block meet a barrier");
}

TEST_F(Emulation, RefusesLaunchesThatNoDeviceTakes) {
  EXPECT_EQ(launch_nothing(stream_, 0, 32), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_nothing(stream_, 1, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_nothing(stream_, 1, 1025), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_nothing(nullptr, 1, 32), cudaErrorInvalidResourceHandle);
}

TEST_F(Emulation, SeesCopiesInTheWrongDirection) {
  float* data = written_block(10);
  std::vector<float> host(10);
  EXPECT_EQ(cudaMemcpyAsync(data, host.data(), 40, cudaMemcpyDeviceToHost, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(data, data, 40, cudaMemcpyHostToDevice, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(take_faults().size(), 2u);
}

TEST_F(Emulation, ReadsTheHostsMemoryWhenTheStreamGetsThere) {
  void* pinned = nullptr;
  EXPECT_EQ(cudaHostAlloc(&pinned, 4, cudaHostAllocDefault), cudaSuccess);
  float pageable = 1, seen[2];
  *static_cast<float*>(pinned) = 1;
  float *a = block(1), *b = block(1);
  EXPECT_EQ(cudaMemcpyAsync(a, pinned, 4, cudaMemcpyHostToDevice, stream_), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(b, &pageable, 4, cudaMemcpyHostToDevice, stream_), cudaSuccess);
  *static_cast<float*>(pinned) = 2;  // too early: the copy has not run
  pageable = 2;                      // CUDA does not promise otherwise
  EXPECT_EQ(cudaMemcpyAsync(&seen[0], a, 4, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(&seen[1], b, 4, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
  expect_none();
  EXPECT_EQ(seen[0], 2);
  EXPECT_EQ(seen[1], 2);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

TEST_F(Emulation, CapturesNoteWorkAndGraphsRepeatIt) {
  float *from = written_block(8), *to = written_block(8);
  std::vector<float> seen(8);
  const auto read = [&] {
    EXPECT_EQ(cudaMemcpyAsync(seen.data(), from, 32, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
    expect_none();
    return seen[7];
  };
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeRelaxed), cudaSuccess);
  add_one(stream_, from, to, 8);
  EXPECT_EQ(cudaMemcpyAsync(from, to, 32, cudaMemcpyDeviceToDevice, stream_), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  EXPECT_EQ(read(), 0);  // noted, not run
  for (int i = 0; i < 3; ++i) EXPECT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
  EXPECT_EQ(read(), 3);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  EXPECT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
}

TEST_F(Emulation, SeesMemoryThatACaptureMayNotTouch) {
  float* before = written_block(8);
  void* data = nullptr;
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeGlobal), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&data, 8), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaMallocAsync(&data, 8, stream_), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaFreeAsync(before, stream_), cudaErrorInvalidValue);
  cudaGraph_t graph = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  expect_fault("cudaFreeAsync in a capture");
  EXPECT_EQ(cudaMalloc(&data, 8), cudaSuccess);
  EXPECT_EQ(cudaFree(data), cudaSuccess);
  EXPECT_EQ(cudaFree(data), cudaErrorInvalidValue);
  expect_fault("cudaFree of an address that is no living block");
}

TEST_F(Emulation, MemoryEnds) {
  cuda_emulation::set_memory(1 << 20);
  void* data = nullptr;
  EXPECT_EQ(cudaMallocAsync(&data, 2 << 20, stream_), cudaErrorMemoryAllocation);
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
}

class EmulatedCudnn : public Emulation {
 protected:
  EmulatedCudnn() {
    EXPECT_EQ(cudnnCreate(&handle_), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetStream(handle_, stream_), CUDNN_STATUS_SUCCESS);
    for (auto* tensor : {&x_, &y_, &bias_})
      EXPECT_EQ(cudnnCreateTensorDescriptor(tensor), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateFilterDescriptor(&w_), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateConvolutionDescriptor(&convolution_), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateActivationDescriptor(&activation_), CUDNN_STATUS_SUCCESS);
    set(CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 4);
  }

  /// x[1,3,4,4], a 3x3 filter of 2 outputs, padding 1.
  void set(cudnnTensorFormat_t format, cudnnDataType_t type, int y_height) {
    EXPECT_EQ(cudnnSetTensor4dDescriptor(x_, format, type, 1, 3, 4, 4), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetTensor4dDescriptor(y_, format, type, 1, 2, y_height, 4), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetTensor4dDescriptor(bias_, format, type, 1, 2, 1, 1), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetFilter4dDescriptor(w_, type, CUDNN_TENSOR_NHWC, 2, 3, 3, 3), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetConvolution2dDescriptor(convolution_, 1, 1, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, type),
              CUDNN_STATUS_SUCCESS);
  }

  cudnnStatus_t convolve(const void* x, void* y, void* workspace, std::size_t bytes,
                         cudnnConvolutionFwdAlgo_t algorithm = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM) {
    const float one = 1, zero = 0;
    return cudnnConvolutionForward(handle_, &one, x_, x, w_, weights_, convolution_, algorithm, workspace,
                                   bytes, &zero, y_, y);
  }
  void expect_refused(cudnnStatus_t status, cudnnStatus_t expected, const std::string& why) {
    EXPECT_EQ(status, expected);
    char text[256];
    cudnnGetLastErrorString(text, sizeof text);
    expect_contains(text, why);
  }

  cudnnHandle_t handle_ = nullptr;
  cudnnTensorDescriptor_t x_, y_, bias_;
  cudnnFilterDescriptor_t w_;
  cudnnConvolutionDescriptor_t convolution_;
  cudnnActivationDescriptor_t activation_;
  float *image_ = written_block(48), *out_ = block(32), *weights_ = written_block(54);
};

TEST_F(EmulatedCudnn, TakesWhatTheDocumentationTakes) {
  EXPECT_EQ(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_SUCCESS);
  expect_none();
}

TEST_F(EmulatedCudnn, RefusesSizesTypesAndLayoutsThatDoNotGoTogether) {
  set(CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 3);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM, "size");
  set(CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 4);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_NOT_SUPPORTED, "NHWC");
  set(CUDNN_TENSOR_NHWC, CUDNN_DATA_DOUBLE, 4);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_NOT_SUPPORTED, "f64");
  set(CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 4);
  EXPECT_EQ(cudnnSetTensor4dDescriptor(x_, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 4, 4, 3),
            CUDNN_STATUS_SUCCESS);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM,
                 "channels");  // H, W, C as N, C, H, W
}

TEST_F(EmulatedCudnn, RefusesPointersAndWorkspacesThatWillNotDo) {
  expect_refused(convolve(nullptr, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM, "null");
  expect_refused(convolve(image_ + 1, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM, "aligned");
  expect_refused(convolve(image_, out_, nullptr, 0, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM),
                 CUDNN_STATUS_BAD_PARAM, "workspace");
  expect_refused(convolve(image_, out_, nullptr, 0, CUDNN_CONVOLUTION_FWD_ALGO_FFT),
                 CUDNN_STATUS_NOT_SUPPORTED, "implicit products");
}

TEST_F(EmulatedCudnn, RefusesDescriptorsThatAreNotThere) {
  EXPECT_EQ(cudnnDestroyTensorDescriptor(y_), CUDNN_STATUS_SUCCESS);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM, "destroyed");
  expect_refused(cudnnDestroyTensorDescriptor(y_), CUDNN_STATUS_BAD_PARAM, "does not live");
  cudnnTensorDescriptor_t fresh = nullptr;
  EXPECT_EQ(cudnnCreateTensorDescriptor(&fresh), CUDNN_STATUS_SUCCESS);
  std::swap(y_, fresh);
  expect_refused(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_BAD_PARAM, "not set");
}

TEST_F(EmulatedCudnn, RefusesAnIdentityWithoutItsAlgorithmAndNaNInFusedActivations) {
  const float one = 1, zero = 0;
  const auto fused = [&](cudnnNanPropagation_t nan) {
    EXPECT_EQ(cudnnSetActivationDescriptor(activation_, CUDNN_ACTIVATION_IDENTITY, nan, 0),
              CUDNN_STATUS_SUCCESS);
    return cudnnConvolutionBiasActivationForward(handle_, &one, x_, image_, w_, weights_, convolution_,
                                                 CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr, 0, &zero,
                                                 y_, out_, bias_, written_block(2), activation_, y_, out_);
  };
  expect_refused(fused(CUDNN_NOT_PROPAGATE_NAN), CUDNN_STATUS_NOT_SUPPORTED, "identity");
  expect_refused(fused(CUDNN_PROPAGATE_NAN), CUDNN_STATUS_NOT_SUPPORTED, "does not propagate NaN");
}

TEST_F(EmulatedCudnn, SeesInputsThatNobodyWroteAndOutputsThatAreGone) {
  EXPECT_EQ(convolve(block(48), out_, nullptr, 0), CUDNN_STATUS_SUCCESS);
  expect_fault("cudnnConvolutionForward (x): nobody wrote them");
  EXPECT_EQ(cudaFreeAsync(out_, stream_), cudaSuccess);
  EXPECT_EQ(convolve(image_, out_, nullptr, 0), CUDNN_STATUS_SUCCESS);
  expect_fault("cudnnConvolutionForward (y): freed before");
}

TEST_F(Emulation, CublasRefusesWhatDoesNotFit) {
  cublasLtHandle_t handle = nullptr;
  cublasLtMatmulDesc_t product = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, d = nullptr, none = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  EXPECT_EQ(cublasLtCreate(&handle), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatmulDescCreate(&product, CUBLAS_COMPUTE_32F, CUDA_R_64F), CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(cublasLtMatmulDescCreate(&product, CUBLAS_COMPUTE_32F, CUDA_R_32F), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatrixLayoutCreate(&none, CUDA_R_32F, 4, 2, 3),
            CUBLAS_STATUS_INVALID_VALUE);  // leading < rows
  EXPECT_EQ(cublasLtMatrixLayoutCreate(&a, CUDA_R_32F, 4, 2, 4), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatrixLayoutCreate(&b, CUDA_R_32F, 2, 3, 2), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatrixLayoutCreate(&d, CUDA_R_32F, 4, 3, 4), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatmulPreferenceCreate(&preference), CUBLAS_STATUS_SUCCESS);
  const std::size_t most = 1 << 20;
  EXPECT_EQ(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most,
                                                 sizeof most),
            CUBLAS_STATUS_SUCCESS);
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  EXPECT_EQ(cublasLtMatmulAlgoGetHeuristic(handle, product, b, a, d, d, preference, 1, &best, &found),
            CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasLtMatmulAlgoGetHeuristic(handle, product, a, b, d, d, preference, 1, &best, &found),
            CUBLAS_STATUS_SUCCESS);
  const float one = 1, zero = 0;
  float *left = written_block(8), *right = written_block(6), *out = block(12), *workspace = block(1024);
  const auto multiply = [&](const float* first, void* scratch, std::size_t bytes) {
    return cublasLtMatmul(handle, product, &one, first, a, right, b, &zero, out, d, out, d, &best.algo,
                          scratch, bytes, stream_);
  };
  EXPECT_EQ(multiply(left + 1, workspace, 4096), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(multiply(left, nullptr, 0), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(multiply(left, workspace, 4096), CUBLAS_STATUS_SUCCESS);
  expect_none();
}

}  // namespace
}  // namespace scrim::test
