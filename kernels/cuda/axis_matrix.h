// A sparse matrix along one axis of a tensor: what resizing, Gaussian smoothing, padding, adaptive pooling and graph
// products are, and their gradients by the transpose. Rows are gathered, so no two threads meet.
//   to[outer, r, inner] = sum over the entries e of row r of value[e] * from[outer, column[e], inner]
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace scrim::kernels {

/// Entries row by row: those of row r are [begin[r], begin[r + 1]).
struct AxisMatrix {
  std::int64_t columns = 0;
  std::vector<std::int64_t> begin{0}, column;
  std::vector<double> value;

  std::int64_t rows() const { return std::int64_t(begin.size()) - 1; }
  void add(std::int64_t to_column, double weight) {
    column.push_back(to_column);
    value.push_back(weight);
  }
  void end_row() { begin.push_back(std::int64_t(column.size())); }
  AxisMatrix transposed() const;
};

/// A matrix on the device, values in the type of the tensors. Copied there once: later calls with the same key find it.
struct DeviceAxisMatrix {
  Tensor begin, column, value;
  std::int64_t rows() const { return begin.numel() - 1; }
};
DeviceAxisMatrix axis_matrix_on(Device device, DType dtype, const std::string& key,
                                const std::function<AxisMatrix()>& make);

/// Overwrites to[outer, rows, inner]; both of the matrix' type.
void apply_axis_matrix(const DeviceAxisMatrix& matrix, ConstView from, void* to, std::int64_t outer,
                       std::int64_t inner);

/// The two matrices, along height and then width or the other way round, of an image [N,H,W,C]; `key` names them.
void apply_to_image(ConstView x, View y, const std::string& key,
                    const std::function<AxisMatrix()>& along_height,
                    const std::function<AxisMatrix()>& along_width);

}  // namespace scrim::kernels
