#include "autograd/ops/graph.h"

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/matmul.h"

namespace scrim {
namespace {

struct SparseProductNode : Node {
  SharedMatrix matrix;

  std::string_view op() const override { return "sparse_product"; }
  std::vector<KeptItem> kept() const override { return {{"matrix (shared)", 0}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like({gy.size(0), matrix->columns, gy.size(2)});
    kernels::sparse_product(*matrix, true, gy.view(), gx.mutable_view());
    return {gx};
  }
};

}  // namespace

Variable sparse_product(const SharedMatrix& matrix, const Variable& any) {
  const Variable x = widened(any);
  require(x.shape().rank() == 3, "sparse_product", "x has the shape {}, expected [B,nodes,F]",
          x.shape().str());
  Tensor y = x.value().empty_like({x.shape()[0], matrix->rows, x.shape()[2]});
  kernels::sparse_product(*matrix, false, x.value().view(), y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "sparse_product");
  auto node = std::make_shared<SparseProductNode>();
  node->matrix = matrix;
  return record(y, node, {&x});
}

kernels::SparseMatrix scaled_laplacian(const Tensor& edges, std::int64_t nodes) {
  require(edges.shape().rank() == 2 && edges.size(0) == 2 && edges.dtype() == DType::i64, "scaled_laplacian",
          "the edges are {} {}, expected i64 [2,E]", name_of(edges.dtype()), edges.shape().str());
  const std::int64_t count = edges.size(1);
  const auto ends = edges.data<std::int64_t>();
  std::vector<double> degree(static_cast<std::size_t>(nodes), 0.0);
  for (std::int64_t e = 0; e < count; ++e) {
    const std::int64_t from = ends[std::size_t(e)], to = ends[std::size_t(count + e)];
    require(from >= 0 && from < nodes && to >= 0 && to < nodes, "scaled_laplacian",
            "an edge joins {} and {}, expected nodes 0 to {}", from, to, nodes - 1);
    if (from != to) degree[std::size_t(from)] += 1;
  }
  kernels::SparseMatrix matrix{.rows = nodes, .columns = nodes, .row = {}, .column = {}, .value = {}};
  for (std::int64_t e = 0; e < count; ++e) {
    const std::int64_t from = ends[std::size_t(e)], to = ends[std::size_t(count + e)];
    if (from == to) continue;
    const double product = degree[std::size_t(from)] * degree[std::size_t(to)];
    matrix.row.push_back(to);
    matrix.column.push_back(from);
    matrix.value.push_back(product > 0 ? -1 / std::sqrt(product) : 0.0);
  }
  return matrix;
}

Variable chebyshev_conv(const Variable& x, const SharedMatrix& laplacian,
                        const std::vector<Variable>& weights, const Variable& bias) {
  require(!weights.empty(), "chebyshev_conv", "no weight came");
  const Variable none;
  Variable before, term = x;
  Variable y = linear(x, weights[0], bias);
  for (std::size_t k = 1; k < weights.size(); ++k) {
    Variable next = sparse_product(laplacian, term);
    if (k > 1) next = scale(next, 2) - before;
    before = term;
    term = next;
    y = y + linear(term, weights[k], none);
  }
  return y;
}

}  // namespace scrim
