#include "kernels/resize/resize_rows.h"

#include <algorithm>
#include <cmath>

namespace scrim::kernels {
namespace {

/// Row i of the triangle filter: Pillow's Resample.c, precompute_coeffs().
ResizeRow antialiased_row(std::int64_t i, std::int64_t size, std::int64_t out_size) {
  const double scale = double(size) / double(out_size), support = std::max(1.0, scale);
  const double center = (double(i) + 0.5) * scale;
  const std::int64_t first = std::max<std::int64_t>(0, std::int64_t(center - support + 0.5));
  const std::int64_t end = std::min(size, std::int64_t(center + support + 0.5));
  ResizeRow row{first, {}};
  double total = 0;
  for (std::int64_t k = first; k < end; ++k) {
    row.weights.push_back(std::max(0.0, 1 - std::abs((double(k) + 0.5 - center) / support)));
    total += row.weights.back();
  }
  for (double& weight : row.weights) weight /= total;
  return row;
}

ResizeRow row_of(std::int64_t i, std::int64_t size, std::int64_t out_size, const ResizeOptions& options) {
  if (options.mode == ResizeMode::antialiased) return antialiased_row(i, size, out_size);
  if (options.mode == ResizeMode::nearest) return {std::min(i * size / out_size, size - 1), {1.0}};
  double source = 0;
  if (!options.align_corners)
    source = std::max(0.0, (double(i) + 0.5) * double(size) / double(out_size) - 0.5);
  else if (out_size > 1)
    source = double(i) * double(size - 1) / double(out_size - 1);
  const std::int64_t first = std::min(std::int64_t(source), size - 1);
  if (first == size - 1) return {first, {1.0}};
  return {first, {1 - (source - double(first)), source - double(first)}};
}

}  // namespace

std::vector<ResizeRow> resize_rows(std::int64_t size, std::int64_t out_size, const ResizeOptions& options) {
  std::vector<ResizeRow> rows;
  for (std::int64_t i = 0; i < out_size; ++i) rows.push_back(row_of(i, size, out_size, options));
  return rows;
}

}  // namespace scrim::kernels
