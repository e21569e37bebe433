#include "study/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "study/html.h"

namespace scrim {
namespace {

// Okabe and Ito's palette, made to be told apart by color-blind readers.
constexpr std::array<const char*, 8> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#e69f00", "#56b4e9", "#8c6d1f", "#777777"};
constexpr double width = 420, height = 300, left = 58, right = 12, top = 26, bottom = 42;

struct Axis {
  double low, high;
  double place(double value, double from, double to) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

Axis axis_of(const Plot& plot, bool is_x) {
  const auto& range = is_x ? plot.x_range : plot.y_range;
  if (range) return {range->first, range->second};
  double low = 1e308, high = -1e308;
  for (const Curve& curve : plot.curves)
    for (const auto& [x, y] : curve.points) {
      low = std::min(low, is_x ? x : y);
      high = std::max(high, is_x ? x : y);
    }
  if (low > high) return {0, 1};
  const double margin = high > low ? (high - low) * 0.04 : 0.5;
  return {low - (is_x ? 0 : margin), high + margin};
}

/// Round numbers inside the axis.
std::vector<double> ticks(const Axis& axis) {
  const double rough = (axis.high - axis.low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {1., 2., 5., 10.})
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  std::vector<double> places;
  for (double at = std::ceil(axis.low / step - 1e-9) * step; at <= axis.high + step * 1e-9; at += step)
    places.push_back(std::abs(at) < step * 1e-9 ? 0 : at);
  return places;
}

/// The mark of curve i: shapes change when the colors are used up.
std::string mark(double x, double y, std::size_t i) {
  const char* color = colors[i % colors.size()];
  switch (i / colors.size() % 3) {
    case 0:
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x, y, color);
    case 1:
      return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"9\" height=\"9\" fill=\"{}\"/>\n", x - 4.5,
                         y - 4.5, color);
    default:
      return fmt::format("<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\"/>\n", x,
                         y - 6, x - 6, y + 5, x + 6, y + 5, color);
  }
}

/// A plot's two axes on the page.
struct Frame {
  Axis x, y;
  double x0 = left, x1 = width - right, y0 = height - bottom, y1 = top;

  double across(double value) const { return x.place(value, x0, x1); }
  double up(double value) const { return y.place(value, y0, y1); }
};

std::string grid(const Plot& plot, const Frame& f) {
  std::string out;
  for (const double at : ticks(f.x))
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:.4g}</text>\n",
        f.across(at), f.y0, f.y1, f.y0 + 16, at);
  for (const double at : ticks(f.y))
    out += fmt::format(
        "<line x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.3g}</text>\n",
        f.up(at), f.x0, f.x1, f.x0 - 6, f.up(at) + 4, at);
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (f.x0 + f.x1) / 2,
                     f.y0 + 34, escaped(plot.x_label));
  out += fmt::format("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                     (f.y0 + f.y1) / 2, escaped(plot.y_label));
  if (plot.diagonal)
    out += fmt::format(
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"currentColor\" opacity=\".35\" "
        "stroke-dasharray=\"3 4\"/>\n",
        f.x0, f.y0, f.x1, f.y1);
  return out;
}

/// Curve i with its band.
std::string drawn(const Curve& curve, std::size_t i, const Frame& f) {
  const char* color = colors[i % colors.size()];
  const auto points = [&](const auto& list) {
    std::string text;
    for (const auto& [x, y] : list) text += fmt::format("{:.1f},{:.1f} ", f.across(x), f.up(y));
    return text;
  };
  std::string out;
  if (!curve.band.empty())
    out += fmt::format("<polygon points=\"{}\" fill=\"{}\" opacity=\".1\"/>\n", points(curve.band), color);
  if (curve.dots)
    for (const auto& [x, y] : curve.points) out += mark(f.across(x), f.up(y), i);
  else if (!curve.points.empty())
    out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>\n",
                       points(curve.points), color, i >= colors.size() ? " stroke-dasharray=\"5 3\"" : "");
  return out;
}

/// Its line under the plot.
std::string legend(const Curve& curve, std::size_t i, const Frame& f) {
  const double row = height + 14 + 18 * double(i);
  const std::string sign =
      curve.dots ? mark(f.x0 + 6, row - 4, i)
                 : fmt::format("<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{}\"/>", f.x0,
                               row - 10, colors[i % colors.size()]);
  return sign + fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", f.x0 + 18, row, escaped(curve.label));
}

}  // namespace

std::string svg(const Plot& plot) {
  const Frame frame{axis_of(plot, true), axis_of(plot, false)};
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      width, height + 18 * double(plot.curves.size()), width, escaped(plot.title));
  out +=
      fmt::format("<text x=\"{}\" y=\"16\" font-weight=\"600\">{}</text>\n", frame.x0, escaped(plot.title));
  out += grid(plot, frame);
  for (std::size_t i = 0; i < plot.curves.size(); ++i)
    out += drawn(plot.curves[i], i, frame) + legend(plot.curves[i], i, frame);
  return out + "</svg>\n";
}

}  // namespace scrim
