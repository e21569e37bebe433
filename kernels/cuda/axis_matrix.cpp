#include "kernels/cuda/axis_matrix.h"

#include <optional>

#include "tensor/device_constant.h"

namespace scrim::kernels {

AxisMatrix AxisMatrix::transposed() const {
  std::vector<std::vector<std::pair<std::int64_t, double>>> entries(static_cast<std::size_t>(columns));
  for (std::int64_t r = 0; r < rows(); ++r)
    for (std::int64_t e = begin[std::size_t(r)]; e < begin[std::size_t(r) + 1]; ++e)
      entries[std::size_t(column[std::size_t(e)])].emplace_back(r, value[std::size_t(e)]);
  AxisMatrix result;
  result.columns = rows();
  for (const auto& row : entries) {
    for (const auto& [to_column, weight] : row) result.add(to_column, weight);
    result.end_row();
  }
  return result;
}

DeviceAxisMatrix axis_matrix_on(Device device, DType dtype, const std::string& key,
                                const std::function<AxisMatrix()>& make) {
  std::optional<AxisMatrix> made;
  const auto matrix = [&]() -> const AxisMatrix& {
    if (!made) made = make();
    return *made;
  };
  const auto part = [&](const char* name, const std::function<Tensor()>& tensor) {
    return device_constant(device, fmt::format("axis matrix {} {} {}", key, name_of(dtype), name), tensor);
  };
  const auto count = [](const auto& values) { return Shape{std::int64_t(values.size())}; };
  return {
      part("begin", [&] { return Tensor::from<std::int64_t>(count(matrix().begin), matrix().begin); }),
      part("column", [&] { return Tensor::from<std::int64_t>(count(matrix().column), matrix().column); }),
      part("value", [&] { return Tensor::from<double>(count(matrix().value), matrix().value).to(dtype); })};
}

void apply_to_image(ConstView x, View y, const std::string& key,
                    const std::function<AxisMatrix()>& along_height,
                    const std::function<AxisMatrix()>& along_width) {
  const auto height = axis_matrix_on(y.device, y.dtype, key + " height", along_height);
  const auto width = axis_matrix_on(y.device, y.dtype, key + " width", along_width);
  const std::int64_t images = x.shape[0], channels = x.shape[3];
  // The pass that makes the image smaller comes first.
  if (width.rows() * x.shape[1] <= height.rows() * x.shape[2]) {
    const Shape between{images, x.shape[1], width.rows(), channels};
    Tensor middle = Tensor::empty(between, y.dtype, y.device);
    apply_axis_matrix(width, x, middle.mutable_view().data, images * x.shape[1], channels);
    apply_axis_matrix(height, middle.view(), y.data, images, width.rows() * channels);
  } else {
    const Shape between{images, height.rows(), x.shape[2], channels};
    Tensor middle = Tensor::empty(between, y.dtype, y.device);
    apply_axis_matrix(height, x, middle.mutable_view().data, images, x.shape[2] * channels);
    apply_axis_matrix(width, middle.view(), y.data, images * height.rows(), channels);
  }
}

}  // namespace scrim::kernels
