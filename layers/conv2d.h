// Convolution layers: a weight, a bias if wanted, and the op.
#pragma once

#include "autograd/ops/conv2d.h"
#include "autograd/ops/conv_transpose2d.h"
#include "layers/module.h"

namespace scrim {

struct Conv2dShape {
  std::int64_t in_channels, out_channels, kernel = 3;
  bool bias = true;
  kernels::Conv2dOptions options{};
};

/// An odd kernel padded so that stride 1 keeps an image's size.
constexpr Conv2dShape same_padded(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
                                  bool bias, std::int64_t stride = 1) {
  return {in_channels,
          out_channels,
          kernel,
          bias,
          {.stride = {stride, stride}, .padding = {kernel / 2, kernel / 2}}};
}

class Conv2d : public Callable<Conv2d> {
 public:
  Conv2d(const Conv2dShape& shape, const Place& place);
  Variable forward(const Variable& x) const;

  Variable weight;  ///< [O, C/groups, k, k]
  Variable bias;    ///< [O], or undefined
  kernels::Conv2dOptions options;
};

struct ConvTranspose2dShape {
  std::int64_t in_channels, out_channels, kernel = 2;
  kernels::ConvTranspose2dOptions options{};
};

class ConvTranspose2d : public Callable<ConvTranspose2d> {
 public:
  ConvTranspose2d(const ConvTranspose2dShape& shape, const Place& place);
  Variable forward(const Variable& x) const;

  Variable weight;  ///< [C, O/groups, k, k]
  Variable bias;    ///< [O]
  kernels::ConvTranspose2dOptions options;
};

}  // namespace scrim
