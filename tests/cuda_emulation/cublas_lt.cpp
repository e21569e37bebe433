#include <cublasLt.h>

#include <cstring>
#include <memory>

#include "kernels/matmul/matmul.h"
#include "tensor/half.h"
#include "tests/cuda_emulation/library_call.h"

using namespace cuda_emulation;

struct EmulatedCublasLt {};
struct EmulatedProduct {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t first = CUBLAS_OP_N, second = CUBLAS_OP_N;
};
/// Column-major; `leading` elements from one column to the next.
struct EmulatedMatrix {
  cudaDataType_t type;
  std::int64_t rows, columns, leading;
  std::int32_t matrices = 1;
  std::int64_t step = 0;
  std::size_t bytes() const {
    const std::int64_t last = (columns - 1) * leading + rows;
    return std::size_t((matrices - 1) * step + last) * (type == CUDA_R_64F ? 8 : type == CUDA_R_32F ? 4 : 2);
  }
};
struct EmulatedPreference {
  std::size_t workspace = 0;
};

namespace {

constexpr std::size_t needed_workspace = 1024;  // so that one that was forgotten shows

template <class T>
cublasStatus_t set(T& target, const void* value, std::size_t bytes) {
  if (!value || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&target, value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

/// m, n, k of a product, or nothing when the operands do not fit together.
bool fits(const EmulatedProduct& p, const EmulatedMatrix& a, const EmulatedMatrix& b, const EmulatedMatrix& d,
          std::int64_t& inner) {
  const std::int64_t a_rows = p.first == CUBLAS_OP_N ? a.rows : a.columns;
  const std::int64_t b_columns = p.second == CUBLAS_OP_N ? b.columns : b.rows;
  inner = p.first == CUBLAS_OP_N ? a.columns : a.rows;
  return a_rows == d.rows && b_columns == d.columns &&
         inner == (p.second == CUBLAS_OP_N ? b.rows : b.columns) && a.type == b.type &&
         (a.type == d.type || (d.type == CUDA_R_32F && a.type != CUDA_R_64F)) && a.matrices == b.matrices &&
         a.matrices == d.matrices;
}

/// Rows of the processor's kernels are columns here.
scrim::ConstView rows_of(const EmulatedMatrix& m, const void* data) {
  return {
      data, {m.matrices, m.columns, m.rows}, m.type == CUDA_R_32F ? scrim::DType::f32 : scrim::DType::f64};
}

bool is_dense(const EmulatedMatrix& m) {
  return m.leading == m.rows && (m.matrices == 1 || m.step == m.rows * m.columns);
}

template <class T>
void multiply(const EmulatedProduct& p, const EmulatedMatrix& a, const EmulatedMatrix& b,
              const EmulatedMatrix& d, std::int64_t inner, const void* a_data, const void* b_data,
              void* d_data) {
  for (std::int64_t matrix = 0; matrix < d.matrices; ++matrix) {
    const T* left = static_cast<const T*>(a_data) + matrix * a.step;
    const T* right = static_cast<const T*>(b_data) + matrix * b.step;
    T* out = static_cast<T*>(d_data) + matrix * d.step;
    for (std::int64_t column = 0; column < d.columns; ++column)
      for (std::int64_t row = 0; row < d.rows; ++row) {
        T sum = 0;
        for (std::int64_t k = 0; k < inner; ++k)
          sum += left[p.first == CUBLAS_OP_N ? k * a.leading + row : row * a.leading + k] *
                 right[p.second == CUBLAS_OP_N ? column * b.leading + k : k * b.leading + column];
        out[column * d.leading + row] = sum;
      }
  }
}

std::vector<float> widened(const EmulatedMatrix& m, const void* data) {
  std::vector<float> values(m.bytes() / 2);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = m.type == CUDA_R_16F ? static_cast<const scrim::Float16*>(data)[i]
                                     : static_cast<const scrim::BFloat16*>(data)[i];
  return values;
}

/// Operands of 16 bits, sums and result of 32.
void multiply_half(const EmulatedProduct& p, const EmulatedMatrix& a, const EmulatedMatrix& b,
                   const EmulatedMatrix& d, std::int64_t inner, const void* a_data, const void* b_data,
                   void* d_data) {
  multiply<float>(p, a, b, d, inner, widened(a, a_data).data(), widened(b, b_data).data(), d_data);
}

}  // namespace

const char* cublasLtGetStatusName(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS         ? "CUBLAS_STATUS_SUCCESS"
         : status == CUBLAS_STATUS_INVALID_VALUE ? "CUBLAS_STATUS_INVALID_VALUE"
                                                 : "CUBLAS_STATUS_NOT_SUPPORTED";
}
const char* cublasLtGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS         ? "success"
         : status == CUBLAS_STATUS_INVALID_VALUE ? "an invalid value was passed"
                                                 : "not supported";
}
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new EmulatedCublasLt;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* product, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  const bool wide = compute == CUBLAS_COMPUTE_64F;
  if (wide != (scale == CUDA_R_64F)) return CUBLAS_STATUS_NOT_SUPPORTED;
  *product = new EmulatedProduct{compute, scale};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  delete product;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              std::size_t bytes) {
  return set(attribute == CUBLASLT_MATMUL_DESC_TRANSA ? product->first : product->second, value, bytes);
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type,
                                          std::uint64_t rows, std::uint64_t columns, std::int64_t leading) {
  if (rows == 0 || columns == 0 || leading < std::int64_t(rows)) return CUBLAS_STATUS_INVALID_VALUE;
  *layout = new EmulatedMatrix{type, std::int64_t(rows), std::int64_t(columns), leading};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                std::size_t bytes) {
  return attribute == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT ? set(layout->matrices, value, bytes)
                                                         : set(layout->step, value, bytes);
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new EmulatedPreference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  std::uint32_t mask = 0;
  return attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES ? set(preference->workspace, value, bytes)
                                                               : set(mask, value, bytes);
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t product,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int requested,
                                              cublasLtMatmulHeuristicResult_t* results, int* returned) {
  std::int64_t inner = 0;
  if (!handle || !product || !a || !b || !c || !d || !preference || requested < 1)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!fits(*product, *a, *b, *d, inner)) return CUBLAS_STATUS_INVALID_VALUE;
  const std::size_t workspace = preference->workspace >= needed_workspace ? needed_workspace : 0;
  results[0] = {{true, workspace}, workspace, CUBLAS_STATUS_SUCCESS};
  *returned = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t product, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t al, const void* b,
                              cublasLtMatrixLayout_t bl, const void* beta, const void* c,
                              cublasLtMatrixLayout_t cl, void* d, cublasLtMatrixLayout_t dl,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  std::int64_t inner = 0;
  if (!handle || !product || !alpha || !beta || !a || !b || !c || !d || !al || !bl || !cl || !dl ||
      !is_stream(stream) || !algorithm || !algorithm->is_chosen)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!fits(*product, *al, *bl, *dl, inner)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!is_aligned(a, 256) || !is_aligned(b, 256) || !is_aligned(d, 256))
    return CUBLAS_STATUS_INVALID_VALUE;  // what the heuristic was told, by its default
  if (workspace_bytes < algorithm->workspace || (algorithm->workspace > 0 && !workspace))
    return CUBLAS_STATUS_INVALID_VALUE;
  const bool wide = dl->type == CUDA_R_64F;
  const double one = wide ? *static_cast<const double*>(alpha) : *static_cast<const float*>(alpha);
  const double zero = wide ? *static_cast<const double*>(beta) : *static_cast<const float*>(beta);
  if (one != 1 || zero != 0) return CUBLAS_STATUS_NOT_SUPPORTED;
  enqueue_checked(stream, "cublasLtMatmul",
                  {{a, al->bytes(), true, false, "A"},
                   {b, bl->bytes(), true, false, "B"},
                   {d, dl->bytes(), false, true, "D"},
                   {workspace, algorithm->workspace, false, true, "workspace"}},
                  [=, product = *product, al = *al, bl = *bl, dl = *dl] {
                    if (al.type == CUDA_R_16F || al.type == CUDA_R_16BF)
                      return multiply_half(product, al, bl, dl, inner, a, b, d);
                    if (is_dense(al) && is_dense(bl) && is_dense(dl)) {
                      const scrim::ConstView out = rows_of(dl, d);
                      scrim::kernels::matmul(rows_of(bl, b), rows_of(al, a), {d, out.shape, out.dtype},
                                             {product.second == CUBLAS_OP_T, product.first == CUBLAS_OP_T});
                    } else if (wide)
                      multiply<double>(product, al, bl, dl, inner, a, b, d);
                    else
                      multiply<float>(product, al, bl, dl, inner, a, b, d);
                  });
  return CUBLAS_STATUS_SUCCESS;
}
