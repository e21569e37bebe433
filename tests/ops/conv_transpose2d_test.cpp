#include "autograd/ops/conv_transpose2d.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

OpCase transposed(std::string name, Shape x, Shape w, kernels::ConvTranspose2dOptions options) {
  return {std::move(name), {x, w, {w[1] * options.groups}}, [options](const auto& in) {
            return conv_transpose2d(in[0], in[1], in[2], options);
          }};
}

std::vector<OpCase> cases() {
  return {
      transposed("doubling", {2, 3, 4, 16}, {16, 8, 2, 2}, {.stride = 2}),
      transposed("doubling_wide", {1, 4, 3, 32}, {32, 70, 2, 2}, {.stride = 2}),
      transposed("one_pixel", {1, 1, 1, 1}, {1, 1, 2, 2}, {.stride = 2}),
      transposed("padded", {1, 4, 5, 3}, {3, 4, 3, 3}, {.stride = 2, .padding = 1, .output_padding = 1}),
      transposed("groups", {1, 3, 3, 6}, {6, 2, 2, 2}, {.stride = 2, .groups = 3}),
      transposed("lanewise", {2, 3, 4, 64}, {64, 2, 4, 4}, {.stride = 2, .padding = 1, .groups = 16}),
      transposed("stride_one", {1, 5, 4, 3}, {3, 2, 3, 3}, {.stride = 1, .padding = 1}),
      transposed("stride_larger_than_kernel", {1, 3, 2, 2}, {2, 3, 2, 2}, {.stride = 3, .output_padding = 1}),
  };
}

OP_TEST(ConvTranspose2d, cases());

TEST(ConvTranspose2d, AgreesWithVectors) {
  check_vectors("conv_transpose2d", Layout::images, [](VectorCall& c) {
    return conv_transpose2d(
        c.in["x"], c.in["weight"], c.in["bias"],
        {c.attrs["stride"], c.attrs["padding"], c.attrs["output_padding"], c.attrs["groups"]});
  });
}

}  // namespace
}  // namespace scrim::test
