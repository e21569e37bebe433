// Convolution layers: a weight, a bias if wanted, and the op.
#pragma once

#include "autograd/conv2d.h"
#include "autograd/conv_transpose2d.h"
#include "layers/initialise.h"
#include "layers/module.h"

namespace scrim {

struct Conv2dShape {
  std::int64_t in_channels, out_channels, kernel = 3;
  bool bias = true;
  kernels::Conv2dOptions options{};
};

class Conv2d : public Module {
 public:
  Conv2d(const Conv2dShape& shape, const Initialiser& initialiser);
  Variable operator()(const Variable& x) const;

  Variable weight;  ///< [O, C/groups, k, k]
  Variable bias;    ///< [O], or undefined
  kernels::Conv2dOptions options;
};

struct ConvTranspose2dShape {
  std::int64_t in_channels, out_channels, kernel = 2;
  kernels::ConvTranspose2dOptions options{};
};

class ConvTranspose2d : public Module {
 public:
  ConvTranspose2d(const ConvTranspose2dShape& shape, const Initialiser& initialiser);
  Variable operator()(const Variable& x) const;

  Variable weight;  ///< [C, O/groups, k, k]
  Variable bias;    ///< [O]
  kernels::ConvTranspose2dOptions options;
};

}  // namespace scrim
