#include "kernels/cuda/axis_matrix.h"

#include <map>
#include <mutex>

#include "kernels/cuda/scratch.h"

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
  // Never destroyed: its tensors must not be freed after the driver has gone. A program meets few sizes; the bound is
  // against one that meets very many.
  static auto& made = *new std::map<std::string, DeviceAxisMatrix>;
  static std::mutex mutex;
  constexpr std::size_t most = 1024;
  const std::lock_guard lock(mutex);
  const std::string full_key = fmt::format("{} {} {}", name_of(device), name_of(dtype), key);
  const auto found = made.find(full_key);
  if (found != made.end()) return found->second;
  if (made.size() >= most) made.clear();
  const AxisMatrix matrix = make();
  const std::int64_t entries = std::int64_t(matrix.value.size());
  return made
      .emplace(full_key,
               DeviceAxisMatrix{matrix.rows(), matrix.columns,
                                Tensor::from<std::int64_t>({matrix.rows() + 1}, matrix.begin).to(device),
                                Tensor::from<std::int64_t>({entries}, matrix.column).to(device),
                                Tensor::from<double>({entries}, matrix.value).to(dtype).to(device)})
      .first->second;
}

void apply_to_image(ConstView x, View y, const std::string& key,
                    const std::function<AxisMatrix()>& along_height,
                    const std::function<AxisMatrix()>& along_width) {
  const auto height = axis_matrix_on(y.device, y.dtype, key + " height", along_height);
  const auto width = axis_matrix_on(y.device, y.dtype, key + " width", along_width);
  const std::int64_t images = x.shape[0], channels = x.shape[3];
  // The pass that makes the image smaller comes first.
  if (width.rows * height.columns <= height.rows * width.columns) {
    const Shape between{images, height.columns, width.rows, channels};
    Tensor middle = Tensor::empty(between, y.dtype, y.device);
    apply_axis_matrix(width, x, middle.mutable_view().data, images * height.columns, channels);
    apply_axis_matrix(height, middle.view(), y.data, images, width.rows * channels);
  } else {
    const Shape between{images, height.rows, width.columns, channels};
    Tensor middle = Tensor::empty(between, y.dtype, y.device);
    apply_axis_matrix(height, x, middle.mutable_view().data, images, width.columns * channels);
    apply_axis_matrix(width, middle.view(), y.data, images * height.rows, channels);
  }
}

}  // namespace scrim::kernels
