#include <cmath>

#include "kernels/instance_norm/instance_norm.h"

namespace scrim::kernels {

void instance_norm_forward_reference(ConstView x, View y, View rstd, double epsilon) {
  const std::int64_t rows = rstd.shape[0], width = x.shape[x.shape.rank() - 1];
  for_real_type(x.dtype, "instance_norm", [&]<class T>(T) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* in = x.as<T>() + r * width;
      double mean = 0, squares = 0;
      for (std::int64_t i = 0; i < width; ++i) mean += in[i];
      mean /= double(width);
      for (std::int64_t i = 0; i < width; ++i) squares += (in[i] - mean) * (in[i] - mean);
      const double scale = 1 / std::sqrt(squares / double(width) + epsilon);
      for (std::int64_t i = 0; i < width; ++i) y.as<T>()[r * width + i] = T((in[i] - mean) * scale);
      rstd.as<T>()[r] = T(scale);
    }
  });
}

void instance_norm_backward_reference(ConstView y, ConstView rstd, ConstView gy, View gx) {
  const std::int64_t rows = rstd.shape[0], width = y.shape[y.shape.rank() - 1];
  for_real_type(gx.dtype, "instance_norm", [&]<class T>(T) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const T *out = y.as<T>() + r * width, *g = gy.as<T>() + r * width;
      double mean = 0, product = 0;
      for (std::int64_t i = 0; i < width; ++i) {
        mean += g[i];
        product += double(g[i]) * out[i];
      }
      mean /= double(width);
      product /= double(width);
      for (std::int64_t i = 0; i < width; ++i)
        gx.as<T>()[r * width + i] = T(rstd.as<T>()[r] * (g[i] - mean - out[i] * product));
    }
  });
}

}  // namespace scrim::kernels
