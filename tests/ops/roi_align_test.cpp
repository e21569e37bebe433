#include "autograd/ops/roi_align.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> roi_cases() {
  // Boxes inside, over the border, outside, with no height, at whole and broken positions.
  const Tensor boxes =
      Tensor::from<double>({5, 5}, {0,   1.2, 0.7, 4.6, 3.9, 1,  -2, -1.5, 2.5, 2.25, 0, 5.5, 3.1,
                                    8.5, 6.1, 1,   20,  20,  23, 23, 0,    2,   2,    2, 2});
  const auto align = [=](const Variable& x, kernels::RoiAlignOptions o) {
    return roi_align(x, boxes.to(wide_type(x.value().dtype())).to(x.value().device()), o);
  };
  return {
      {"one_cell",
       {{2, 6, 7, 3}},
       [=](const In& in) {
         return align(in[0], {1, 1, 3});
       }},
      {"two_by_three_cells",
       {{2, 6, 7, 17}},
       [=](const In& in) {
         return align(in[0], {2, 3, 2});
       }},
      {"adaptive",
       {{2, 6, 7, 2}},
       [=](const In& in) {
         return align(in[0], {2, 2, 0});
       }},
  };
}
OP_TEST(RoiAlign, roi_cases());

TEST(RoiAlign, RefusesBoxesOfOtherImages) {
  const auto boxes = [](float image) { return Tensor::from<float>({1, 5}, {image, 0, 0, 1, 1}); };
  EXPECT_THROW(roi_align(Tensor::zeros({2, 4, 4, 1}), boxes(2), {}), Error);
  EXPECT_THROW(roi_align(Tensor::zeros({2, 4, 4, 1}), boxes(-1), {}), Error);
  EXPECT_THROW(roi_align(Tensor::zeros({2, 4, 4, 1}), boxes(std::nanf("")), {}), Error);
}

TEST(RoiAlign, AgreesWithVectors) {
  check_vectors("roi_align", Layout::images, [](VectorCall& c) {
    const std::int64_t sampling = c.attrs["sampling_ratio"];
    return roi_align(c.in["x"], c.in["boxes"].value(),
                     {c.attrs["output"][0], c.attrs["output"][1], sampling < 0 ? 0 : sampling});
  });
}

}  // namespace
}  // namespace scrim::test
