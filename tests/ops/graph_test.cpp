// Graph convolutions, RoI-align, padding, adaptive pooling, and the losses of segmenters.
#include "autograd/ops/graph.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/loss.h"
#include "autograd/ops/pad.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/roi_align.h"
#include "models/landmark_graph.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;
using kernels::PadMode;

SharedMatrix shared(kernels::SparseMatrix matrix) {
  return std::make_shared<const kernels::SparseMatrix>(std::move(matrix));
}

std::vector<OpCase> graph_cases() {
  const LandmarkGraph graph = landmark_graph({5, 4}, Contour::closed);
  const SharedMatrix laplacian = shared(scaled_laplacian(graph.edges, graph.nodes));
  const SharedMatrix down = shared(graph.down), up = shared(graph.up);
  return {
      {"down", {{2, 9, 3}}, [=](const In& in) { return sparse_product(down, in[0]); }},
      {"up", {{1, 5, 4}}, [=](const In& in) { return sparse_product(up, in[0]); }},
      {"chebyshev_of_order_one",
       {{2, 9, 3}, {2, 3}},
       [=](const In& in) { return chebyshev_conv(in[0], laplacian, {in[1]}, {}); }},
      {"chebyshev_of_order_four",
       {{2, 9, 3}, {2, 3}, {2, 3}, {2, 3}, {2, 3}, {2}},
       [=](const In& in) {
         return chebyshev_conv(in[0], laplacian, {in[1], in[2], in[3], in[4]}, in[5]);
       }},
  };
}
OP_TEST(Graph, graph_cases());

TEST(Graph, LaplacianIgnoresLoopsAndLonelyNodes) {
  const Tensor edges = Tensor::from<std::int64_t>({2, 5}, {0, 1, 1, 2, 2, 1, 0, 2, 1, 2});
  const kernels::SparseMatrix laplacian = scaled_laplacian(edges, 4);
  EXPECT_EQ(laplacian.value.size(), 4u);  // the loop at 2 is left out
  const Tensor x = Tensor::full({1, 4, 1}, 1);
  const Tensor y = sparse_product(shared(laplacian), Variable(x)).value();
  EXPECT_EQ(y.data<float>()[3], 0);  // node 3 has no edge
  EXPECT_FLOAT_EQ(y.data<float>()[0], float(-1 / std::sqrt(2)));
  EXPECT_THROW(scaled_laplacian(edges, 2), Error);
}

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

std::vector<OpCase> pad_cases() {
  const kernels::Border border{2, 1, 0, 3};
  return {
      {"constant", {{2, 4, 3, 2}}, [=](const In& in) { return pad2d(in[0], border, PadMode::constant); }},
      {"replicate", {{1, 4, 3, 5}}, [=](const In& in) { return pad2d(in[0], border, PadMode::replicate); }},
      {"reflect", {{1, 4, 3, 1}}, [=](const In& in) { return pad2d(in[0], border, PadMode::reflect); }},
      {"adaptive_pool_smaller",
       {{2, 7, 5, 3}},
       [](const In& in) { return adaptive_avg_pool2d(in[0], 3, 2); }},
      {"adaptive_pool_larger", {{1, 2, 3, 2}}, [](const In& in) { return adaptive_avg_pool2d(in[0], 5, 4); }},
  };
}
OP_TEST(Pad, pad_cases());

TEST(Pad, CannotMirrorMoreThanThereIs) {
  EXPECT_THROW(pad2d(Tensor::zeros({1, 2, 2, 1}), {2, 0, 0, 0}, PadMode::reflect), Error);
}

std::vector<OpCase> loss_cases() {
  const Tensor labels = Tensor::from<std::int64_t>({2, 2, 3}, {0, 1, 2, 2, 1, 0, 1, 1, 0, 2, 0, 0});
  return {
      {"cross_entropy", {{2, 2, 3, 3}}, [=](const In& in) { return cross_entropy(in[0], labels); }, -2, 2},
      {"dice", {{2, 2, 3, 3}}, [=](const In& in) { return dice_loss(in[0], labels); }, -2, 2},
      {"verification_nll", {{5, 1}}, [](const In& in) { return verification_nll(in[0]); }, -3, 3},
      {"kl_divergence", {{3, 4}, {3, 4}}, [](const In& in) { return kl_divergence(in[0], in[1]); }},
  };
}
OP_TEST(SegmenterLoss, loss_cases());

TEST(SegmenterLoss, RefusesLabelsThatDoNotFit) {
  EXPECT_THROW(cross_entropy(Tensor::zeros({2, 3}), Tensor::zeros({2})), Error);
  EXPECT_THROW(cross_entropy(Tensor::zeros({2, 3}), Tensor::full({2}, 3, DType::i64)), Error);
}

}  // namespace
}  // namespace scrim::test
