// The graph that HybridGNet decodes on: landmarks along the contours of organs, and a coarser graph with
// every other landmark. Each organ is a closed contour; its landmarks follow one another in the order of the
// template.
#pragma once

#include <map>
#include <string>

#include "autograd/ops/graph.h"

namespace scrim {

struct LandmarkGraph {
  std::int64_t nodes = 0, coarse_nodes = 0;
  Tensor edges, coarse_edges;      ///< i64 [2,E]: from and to, each edge in both directions
  kernels::SparseMatrix down, up;  ///< coarse_nodes x nodes, nodes x coarse_nodes
};

/// Whether a landmark between the last and the first of a contour is interpolated from both (closed), or, as
/// in the published matrices, copied from the last alone.
enum class Contour { closed, published };

/// organs: landmarks of each organ, at least 3; the published chest template is 44 (right lung), 50 (left
/// lung), 26 (heart).
LandmarkGraph landmark_graph(const std::vector<std::int64_t>& organs, Contour contour);

/// The graph as tensors to store with weights ("graph.edges", ...), and back. Throws Error when one is
/// missing or does not fit the others.
std::map<std::string, Tensor> graph_tensors(const LandmarkGraph& graph);
LandmarkGraph graph_from_tensors(const std::map<std::string, Tensor>& tensors);

}  // namespace scrim
