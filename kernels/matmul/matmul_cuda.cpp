// Through cuBLASLt, which thinks in columns: our rows are its columns, so y^T = b^T a^T is computed and no matrix moves.
#include <cublasLt.h>

#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "kernels/cuda/scratch.h"
#include "kernels/matmul/matmul.h"
#include "tensor/compute_device.h"
#include "tensor/cuda/runtime.h"

namespace scrim::cuda {

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    fail("cublas", "{}: {} ({})", call, cublasLtGetStatusString(status), cublasLtGetStatusName(status));
}

}  // namespace scrim::cuda

#define SCRIM_CUBLAS_CHECK(call) ::scrim::cuda::check((call), #call)

namespace scrim::kernels {
namespace {

constexpr std::size_t most_workspace = std::size_t(32) << 20;

template <class Handle, cublasStatus_t (*destroy)(Handle)>
class LtHandle {
 public:
  LtHandle() = default;
  ~LtHandle() {
    if (handle_) destroy(handle_);
  }
  LtHandle(LtHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  LtHandle& operator=(LtHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Handle* out() { return &handle_; }
  operator Handle() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};

using Layout = LtHandle<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Operation = LtHandle<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Preference = LtHandle<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

/// A product's sizes in our terms: y[rows, columns] of each of `matrices`, over `inner`.
struct Sizes {
  std::int64_t matrices, rows, columns, inner;
  bool transpose_a, transpose_b;
  DType dtype;
  ProductMath math;
  bool deterministic;
  int device;
  auto key() const {
    return std::tuple(matrices, rows, columns, inner, transpose_a, transpose_b, dtype, math, deterministic,
                      device);
  }
};

/// All that a call needs, made once for a set of sizes.
struct Plan {
  Operation operation;
  Layout a, b, y;
  cublasLtMatmulAlgo_t algorithm;
  std::size_t workspace;
};

cublasLtHandle_t handle_of(int device) {
  static auto& handles = *new std::map<int, cublasLtHandle_t>;
  cublasLtHandle_t& handle = handles[device];
  if (!handle) SCRIM_CUBLAS_CHECK(cublasLtCreate(&handle));
  return handle;
}

/// The type that operands of f32 are multiplied in.
cudaDataType_t operand_type(ProductMath math) {
  return math == ProductMath::bf16 ? CUDA_R_16BF : math == ProductMath::f16 ? CUDA_R_16F : CUDA_R_32F;
}

Layout layout_of(cudaDataType_t type, std::int64_t rows, std::int64_t columns, std::int64_t matrices) {
  Layout layout;
  SCRIM_CUBLAS_CHECK(
      cublasLtMatrixLayoutCreate(layout.out(), type, std::uint64_t(rows), std::uint64_t(columns), rows));
  const std::int32_t count = std::int32_t(matrices);
  const std::int64_t step = rows * columns;
  SCRIM_CUBLAS_CHECK(
      cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count));
  SCRIM_CUBLAS_CHECK(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                                      &step, sizeof step));
  return layout;
}

Plan make_plan(const Sizes& s) {
  const bool wide = s.dtype == DType::f64;
  const cudaDataType_t type = wide ? CUDA_R_64F : CUDA_R_32F;
  const cudaDataType_t operand = wide ? CUDA_R_64F : operand_type(s.math);
  const cublasComputeType_t compute = wide                          ? CUBLAS_COMPUTE_64F
                                      : s.math == ProductMath::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                                    : CUBLAS_COMPUTE_32F;
  Plan plan;
  SCRIM_CUBLAS_CHECK(cublasLtMatmulDescCreate(plan.operation.out(), compute, type));
  // The first operand of the call is our b, the second our a.
  const cublasOperation_t first = s.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasOperation_t second = s.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
  SCRIM_CUBLAS_CHECK(
      cublasLtMatmulDescSetAttribute(plan.operation, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof first));
  SCRIM_CUBLAS_CHECK(
      cublasLtMatmulDescSetAttribute(plan.operation, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof second));
  // A row-major [r, c] is a column-major [c, r].
  plan.b = s.transpose_b ? layout_of(operand, s.inner, s.columns, s.matrices)
                         : layout_of(operand, s.columns, s.inner, s.matrices);
  plan.a = s.transpose_a ? layout_of(operand, s.rows, s.inner, s.matrices)
                         : layout_of(operand, s.inner, s.rows, s.matrices);
  plan.y = layout_of(type, s.columns, s.rows, s.matrices);

  Preference preference;
  SCRIM_CUBLAS_CHECK(cublasLtMatmulPreferenceCreate(preference.out()));
  SCRIM_CUBLAS_CHECK(cublasLtMatmulPreferenceSetAttribute(
      preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most_workspace, sizeof most_workspace));
  if (s.deterministic) {  // no joining of partial sums in the order in which they come
    const std::uint32_t none = CUBLASLT_REDUCTION_SCHEME_NONE;
    SCRIM_CUBLAS_CHECK(cublasLtMatmulPreferenceSetAttribute(
        preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &none, sizeof none));
  }
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  SCRIM_CUBLAS_CHECK(cublasLtMatmulAlgoGetHeuristic(handle_of(s.device), plan.operation, plan.b, plan.a,
                                                    plan.y, plan.y, preference, 1, &best, &found));
  require(found > 0 && best.state == CUBLAS_STATUS_SUCCESS, "matmul",
          "cuBLASLt has no algorithm for {} products of {} x {} over {}", s.matrices, s.rows, s.columns,
          s.inner);
  plan.algorithm = best.algo;
  plan.workspace = best.workspaceSize;
  return plan;
}

const Plan& plan_for(const Sizes& sizes) {
  static auto& plans = *new std::map<decltype(sizes.key()), Plan>;
  const auto found = plans.find(sizes.key());
  return found != plans.end() ? found->second : plans.emplace(sizes.key(), make_plan(sizes)).first->second;
}

/// The operand in the product's type where that is not its own.
Tensor rounded(ConstView operand) {
  const DType product = product_type(operand.dtype, operand.device);
  if (product == operand.dtype) return {};
  Tensor copy = Tensor::empty(operand.shape, product, operand.device);
  cuda::convert(operand, copy.mutable_view());
  return copy;
}

}  // namespace

void matmul_cuda(ConstView a, ConstView b, View y, const MatmulOptions& options) {
  const int rank = y.shape.rank();
  const Sizes sizes{rank == 3 ? y.shape[0] : 1,
                    y.shape[rank - 2],
                    y.shape[rank - 1],
                    a.shape[options.transpose_a ? rank - 2 : rank - 1],
                    options.transpose_a,
                    options.transpose_b,
                    y.dtype,
                    compute_settings().math,
                    compute_settings().deterministic,
                    y.device.index};
  if (y.shape.numel() == 0) return;
  if (sizes.inner == 0) return cuda::fill(y, 0);
  require(y.dtype == DType::f32 || y.dtype == DType::f64, "matmul", "takes f32 or f64, {} came",
          name_of(y.dtype));
  const cuda::Runtime& runtime = cuda::Runtime::of(y.device);
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const Plan& plan = plan_for(sizes);
  const Scratch<char> workspace(y.device, std::int64_t(plan.workspace));
  const Tensor left = rounded(a), right = rounded(b);
  const float one32 = 1, zero32 = 0;
  const double one64 = 1, zero64 = 0;
  const bool wide = y.dtype == DType::f64;
  const void *one = wide ? static_cast<const void*>(&one64) : &one32,
             *zero = wide ? static_cast<const void*>(&zero64) : &zero32;
  SCRIM_CUBLAS_CHECK(cublasLtMatmul(
      handle_of(y.device.index), plan.operation, one, right.defined() ? right.view().data : b.data, plan.b,
      left.defined() ? left.view().data : a.data, plan.a, zero, y.data, plan.y, y.data, plan.y,
      &plan.algorithm, plan.workspace > 0 ? workspace.data() : nullptr, plan.workspace, runtime.stream()));
}

}  // namespace scrim::kernels
