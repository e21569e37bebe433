// Plots as SVG, to stand inside an HTML page.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scrim {

struct Curve {
  std::string label;
  std::vector<std::pair<double, double>> points;
  bool dots = false;                            ///< marks instead of a line
  std::vector<std::pair<double, double>> band;  ///< closed outline of what is shaded behind the line
  /// Of each dot, from and to: bars along an axis. Empty: none.
  std::vector<std::pair<double, double>> x_intervals, y_intervals;
};

struct Plot {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  /// Ends of the axes; without them the data's own.
  std::optional<std::pair<double, double>> x_range, y_range;
  bool diagonal = false;   ///< a thin line where y is x
  bool log_x = false;      ///< x on a logarithmic axis; values above 0
  bool labels_at = false;  ///< labels stand beside the first dot of each curve, not below the plot
};

std::string svg(const Plot& plot);

}  // namespace scrim
