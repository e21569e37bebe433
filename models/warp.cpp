#include "models/warp.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/grid_sample.h"
#include "autograd/ops/resize.h"
#include "tensor/compute_device.h"
#include "tensor/device_constant.h"

namespace scrim {

Tensor identity_grid(std::int64_t height, std::int64_t width, DType dtype) {
  Tensor grid = Tensor::empty({1, height, width, 2}, dtype);
  const auto coordinate = [](std::int64_t i, std::int64_t size) {
    return size == 1 ? -1.0 : -1 + 2 * double(i) / double(size - 1);
  };
  for_real_type(dtype, "identity_grid", [&]<class T>(T) {
    const auto out = grid.mutable_data<T>();
    for (std::int64_t h = 0; h < height; ++h)
      for (std::int64_t w = 0; w < width; ++w) {
        out[std::size_t(2 * (h * width + w))] = T(coordinate(w, width));
        out[std::size_t(2 * (h * width + w) + 1)] = T(coordinate(h, height));
      }
  });
  return grid;
}

namespace {

/// identity_grid for images like `image`, where they lie.
Variable grid_for(const Tensor& image) {
  const std::int64_t height = image.size(1), width = image.size(2);
  return device_constant(image.device(),
                         fmt::format("identity grid {}x{} {}", height, width, name_of(image.dtype())),
                         [&] { return identity_grid(height, width, image.dtype()); });
}

}  // namespace

Variable warp_displacement(const Variable& field, const WarpOptions& options) {
  require(field.shape().rank() == 4 && field.shape()[3] == 2, "warp",
          "the field has the shape {}, expected [N,H,W,2]", field.shape().str());
  const Variable displacement = scale(field, -options.mu);
  if (options.op == WarpOperator::corrected)
    return gaussian(displacement, {.size = 9, .sigma = 2, .border = kernels::BorderMode::replicate});
  const Variable identity = grid_for(field.value());
  return gaussian(identity + displacement, {.size = 9, .sigma = 2, .border = kernels::BorderMode::zeros}) -
         identity;
}

Variable warp_by(const Variable& x, const Variable& displacement) {
  const std::int64_t height = x.shape()[1], width = x.shape()[2];
  const bool same_size = displacement.shape()[1] == height && displacement.shape()[2] == width;
  const Variable at_size = same_size ? displacement
                                     : resize(displacement, height, width,
                                              {.mode = kernels::ResizeMode::bilinear, .align_corners = true});
  return grid_sample(x, at_size + grid_for(x.value()),
                     {.padding = kernels::SamplePadding::border, .align_corners = true});
}

Variable warp(const Variable& x, const Variable& field, const WarpOptions& options) {
  return warp_by(x, warp_displacement(field, options));
}

double largest_displacement(const Tensor& displacement, std::int64_t height, std::int64_t width) {
  const Tensor on_host = to_host(displacement);
  const auto values = on_host.data<float>();
  double largest = 0;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2)
    largest = std::max(largest, std::hypot(double(values[i]) * 0.5 * double(width - 1),
                                           double(values[i + 1]) * 0.5 * double(height - 1)));
  return largest;
}

WarpOptions warp_options(double mu, const std::string& op) {
  if (op != "corrected" && op != "published")
    throw UsageError(
        fmt::format("[config] operator must be \"corrected\" or \"published\" (got \"{}\")", op));
  return {mu, op == "published" ? WarpOperator::published : WarpOperator::corrected};
}

}  // namespace scrim
