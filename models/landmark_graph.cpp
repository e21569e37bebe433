#include "models/landmark_graph.h"

#include <algorithm>

namespace scrim {
namespace {

using kernels::SparseMatrix;

/// Rings of the given sizes, one after the other, each edge in both directions.
Tensor ring_edges(const std::vector<std::int64_t>& sizes) {
  std::vector<std::int64_t> from, to;
  std::int64_t first = 0;
  for (const std::int64_t size : sizes) {
    for (std::int64_t i = 0; i < size; ++i)
      for (std::int64_t neighbor : {(i + size - 1) % size, (i + 1) % size}) {
        from.push_back(first + i);
        to.push_back(first + neighbor);
      }
    first += size;
  }
  const auto count = std::int64_t(from.size());
  from.insert(from.end(), to.begin(), to.end());
  return Tensor::from<std::int64_t>({2, count}, from);
}

void add(SparseMatrix& m, std::int64_t row, std::int64_t column, double value) {
  m.row.push_back(row);
  m.column.push_back(column);
  m.value.push_back(value);
}

Tensor index_tensor(const SparseMatrix& m) {
  std::vector<std::int64_t> index = m.row;
  index.insert(index.end(), m.column.begin(), m.column.end());
  return Tensor::from<std::int64_t>({2, std::int64_t(m.row.size())}, index);
}

SparseMatrix matrix_from(const Tensor& index, const Tensor& values, std::int64_t rows, std::int64_t columns) {
  require(index.dtype() == DType::i64 && index.shape().rank() == 2 && index.size(0) == 2 &&
              values.shape() == Shape{index.size(1)} && values.dtype() == DType::f32,
          "landmark_graph",
          "a pooling matrix has indices {} {} and values {} {}, expected i64 [2,E] and f32 [E]",
          name_of(index.dtype()), index.shape().str(), name_of(values.dtype()), values.shape().str());
  SparseMatrix m{.rows = rows, .columns = columns, .row = {}, .column = {}, .value = {}};
  const auto at = index.data<std::int64_t>();
  const auto value = values.data<float>();
  for (std::size_t e = 0; e < value.size(); ++e) {
    require(at[e] >= 0 && at[e] < rows && at[value.size() + e] >= 0 && at[value.size() + e] < columns,
            "landmark_graph", "a pooling matrix of {} x {} has an entry at ({}, {})", rows, columns, at[e],
            at[value.size() + e]);
    add(m, at[e], at[value.size() + e], value[e]);
  }
  return m;
}

std::int64_t nodes_of(const Tensor& edges) {
  require(edges.dtype() == DType::i64 && edges.shape().rank() == 2 && edges.size(0) == 2 && edges.size(1) > 0,
          "landmark_graph", "the edges are {} {}, expected i64 [2,E]", name_of(edges.dtype()),
          edges.shape().str());
  const auto ends = edges.data<std::int64_t>();
  const auto [least, most] = std::minmax_element(ends.begin(), ends.end());
  require(*least >= 0 && *most < (1 << 20), "landmark_graph", "an edge names node {}",
          *least < 0 ? *least : *most);
  return *most + 1;
}

}  // namespace

LandmarkGraph landmark_graph(const std::vector<std::int64_t>& organs, Contour contour) {
  require(!organs.empty(), "landmark_graph", "no organ came");
  LandmarkGraph graph;
  std::vector<std::int64_t> coarse;
  for (const std::int64_t size : organs) {
    require(size >= 3 && size < (1 << 16), "landmark_graph",
            "an organ of {} landmarks came, expected at least 3", size);
    coarse.push_back((size + 1) / 2);
    graph.nodes += size;
    graph.coarse_nodes += coarse.back();
  }
  graph.edges = ring_edges(organs);
  graph.coarse_edges = ring_edges(coarse);
  graph.down.rows = graph.up.columns = graph.coarse_nodes;
  graph.down.columns = graph.up.rows = graph.nodes;
  std::int64_t first = 0, coarse_first = 0;
  for (std::size_t o = 0; o < organs.size(); ++o) {
    for (std::int64_t i = 0; i < organs[o]; ++i) {
      const std::int64_t own = coarse_first + i / 2, next = coarse_first + (i / 2 + 1) % coarse[o];
      const bool alone = i == organs[o] - 1 && i % 2 == 0;  // the last of an odd number has no partner
      add(graph.down, own, first + i, alone ? 1 : 0.5);
      const bool wraps = i / 2 + 1 == coarse[o];
      if (i % 2 == 0 || (wraps && contour == Contour::published)) {
        add(graph.up, first + i, own, 1);
      } else {
        add(graph.up, first + i, own, 0.5);
        add(graph.up, first + i, next, 0.5);
      }
    }
    first += organs[o];
    coarse_first += coarse[o];
  }
  return graph;
}

std::map<std::string, Tensor> graph_tensors(const LandmarkGraph& graph) {
  const auto values = [](const SparseMatrix& m) {
    return Tensor::from<float>({std::int64_t(m.value.size())},
                               std::vector<float>(m.value.begin(), m.value.end()));
  };
  return {{"graph.edges", graph.edges},
          {"graph.coarse_edges", graph.coarse_edges},
          {"graph.down_index", index_tensor(graph.down)},
          {"graph.down_values", values(graph.down)},
          {"graph.up_index", index_tensor(graph.up)},
          {"graph.up_values", values(graph.up)}};
}

LandmarkGraph graph_from_tensors(const std::map<std::string, Tensor>& tensors) {
  const auto part = [&](const std::string& name) -> const Tensor& {
    const auto entry = tensors.find("graph." + name);
    require(entry != tensors.end(), "landmark_graph", "graph.{} is missing", name);
    return entry->second;
  };
  LandmarkGraph graph;
  graph.edges = part("edges");
  graph.coarse_edges = part("coarse_edges");
  graph.nodes = nodes_of(graph.edges);
  graph.coarse_nodes = nodes_of(graph.coarse_edges);
  graph.down = matrix_from(part("down_index"), part("down_values"), graph.coarse_nodes, graph.nodes);
  graph.up = matrix_from(part("up_index"), part("up_values"), graph.nodes, graph.coarse_nodes);
  return graph;
}

}  // namespace scrim
