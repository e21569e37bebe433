#include "autograd/ops/graph.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/landmark_graph.h"
#include "tensor/compute_device.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

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

Variable chebyshev(VectorCall& c) {
  const std::int64_t nodes = c.in["x"].shape()[1];
  std::vector<Variable> weights;
  for (int k = 0; k < c.attrs["K"].get<int>(); ++k)
    weights.push_back(c.in.at("lins." + std::to_string(k) + ".weight"));
  const auto laplacian = std::make_shared<const kernels::SparseMatrix>(
      scaled_laplacian(to_host(c.in["edge_index"].value()), nodes));
  return chebyshev_conv(c.in["x"], laplacian, weights, c.in["bias"]);
}

Variable graph_pool(VectorCall& c) {
  kernels::SparseMatrix matrix{
      .rows = c.attrs["rows"], .columns = c.attrs["cols"], .row = {}, .column = {}, .value = {}};
  const Tensor indices = to_host(c.in["index"].value()), weights = to_host(c.in["values"].value());
  const auto index = indices.data<std::int64_t>();
  const auto values = weights.data<float>();
  for (std::size_t e = 0; e < values.size(); ++e) {
    matrix.row.push_back(index[e]);
    matrix.column.push_back(index[values.size() + e]);
    matrix.value.push_back(values[e]);
  }
  return sparse_product(std::make_shared<const kernels::SparseMatrix>(matrix), c.in["x"]);
}

TEST(Graph, AgreesWithVectors) {
  check_vectors("cheb_conv", Layout::plain, chebyshev);
  check_vectors("graph_pool", Layout::plain, graph_pool);
}

}  // namespace
}  // namespace scrim::test
