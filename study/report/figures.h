// Figures of a study's report: loss curves and flow fields.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "study/report/svg_plot.h"
#include "tensor/tensor.h"

namespace scrim {

/// Columns of a metrics.csv as curves over the steps, at most two hundred places each: the mean of a neighborhood. Empty
/// cells are left out.
std::vector<Curve> metric_curves(const std::filesystem::path& metrics);

/// Arrows of displacement[1,size,size,2] on black, the longest as long as their distance from each other.
std::string flow_figure(const Tensor& displacement, std::int64_t size, double longest_pixels);

}  // namespace scrim
