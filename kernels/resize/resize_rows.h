// What one output row (or column) of a resized image is made of: the formulas of resize.h.
#pragma once

#include <vector>

#include "kernels/resize/resize.h"

namespace scrim::kernels {

/// weights[k] of row first + k.
struct ResizeRow {
  std::int64_t first;
  std::vector<double> weights;
};

std::vector<ResizeRow> resize_rows(std::int64_t size, std::int64_t out_size, const ResizeOptions& options);

}  // namespace scrim::kernels
