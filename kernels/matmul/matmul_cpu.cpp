// b is packed into blocks of columns, as a 1x1 convolution's weights are; rows of a are the pixels.
#include <algorithm>
#include <vector>

#include "kernels/conv2d/cpu/conv2d_direct.h"
#include "kernels/matmul/matmul.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void matmul_cpu(ConstView a, ConstView b, View y, const MatmulOptions& options) {
  const std::int64_t rows = y.shape[0], columns = y.shape[1], inner = a.shape[options.transpose_a ? 0 : 1];
  constexpr std::int64_t few_rows = 4;  // packing b would take longer than reading it
  if (options.transpose_b && !options.transpose_a && rows <= few_rows) {
    const float *left = a.as<float>(), *right = b.as<float>();
    float* out = y.as<float>();
    parallel_for(columns, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t m = 0; m < rows; ++m)
        vector::kernels().dot_rows(left + m * inner, right + begin * inner, end - begin, inner,
                                   out + m * columns + begin);
    });
    return;
  }
  Workspace<float> transposed(std::size_t(options.transpose_a ? rows * inner : 0));
  if (options.transpose_a) {
    for (std::int64_t k = 0; k < inner; ++k)
      for (std::int64_t m = 0; m < rows; ++m)
        transposed[std::size_t(m * inner + k)] = a.as<float>()[k * rows + m];
  }
  const float* left = options.transpose_a ? transposed.data() : a.as<float>();

  TapConvolution product;
  product.taps = {{0, 0, 0}};
  product.in_step = product.out_step = {1, 1};
  product.out_first = {0, 0};
  product.channels = inner;
  product.columns = columns;
  const std::int64_t column_step = options.transpose_b ? inner : 1,
                     inner_step = options.transpose_b ? 1 : columns;
  pack_taps(product, {b.as<float>(), column_step, inner_step});
  run_taps(product, ConstView{left, {1, 1, rows, inner}}, {}, View{y.data, {1, 1, rows, columns}}, {});
}

}  // namespace scrim::kernels
