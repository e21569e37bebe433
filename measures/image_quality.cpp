#include "measures/image_quality.h"

#include <cmath>

#include "kernels/gaussian/gaussian.h"

namespace scrim {
namespace {

constexpr std::int64_t ssim_window = 11;

Tensor smoothed(const Tensor& x) {
  Tensor y = Tensor::empty(x.shape(), DType::f64);
  kernels::gaussian_forward(x.view(), y.mutable_view(), {ssim_window, 1.5, kernels::BorderMode::zeros});
  return y;
}

Tensor product(const Tensor& a, const Tensor& b) {
  Tensor y = Tensor::empty(a.shape(), DType::f64);
  for (std::size_t i = 0; i < std::size_t(y.numel()); ++i)
    y.mutable_data<double>()[i] = a.data<double>()[i] * b.data<double>()[i];
  return y;
}

}  // namespace

double full_range(const GrayImage& image) {
  return double((1 << image.bits) - 1);
}

void require_same_kind(const GrayImage& a, const GrayImage& b, std::string_view where) {
  require(a.height == b.height && a.width == b.width && a.bits == b.bits, where,
          "{}x{} of {} bits and {}x{} of {} bits cannot be compared", a.width, a.height, a.bits, b.width,
          b.height, b.bits);
}

double psnr(const GrayImage& before, const GrayImage& after) {
  require_same_kind(before, after, "psnr");
  double squares = 0;
  for (std::size_t i = 0; i < before.pixels.size(); ++i) {
    const double difference = (double(before.pixels[i]) - double(after.pixels[i])) / full_range(before);
    squares += difference * difference;
  }
  return -10 * std::log10(squares / double(before.pixels.size()));
}

double share_of_changed_pixels(const GrayImage& before, const GrayImage& after) {
  require_same_kind(before, after, "changed pixels");
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.pixels.size(); ++i) changed += before.pixels[i] != after.pixels[i];
  return double(changed) / double(before.pixels.size());
}

GrayImage difference_image(const GrayImage& before, const GrayImage& after, double gain) {
  require_same_kind(before, after, "difference");
  GrayImage result{before.height, before.width, 8, {}};
  for (std::size_t i = 0; i < before.pixels.size(); ++i) {
    const double share = std::abs(double(before.pixels[i]) - double(after.pixels[i])) / full_range(before);
    result.pixels.push_back(std::uint16_t(std::lround(std::min(1.0, share * gain) * 255)));
  }
  return result;
}

double ssim(const GrayImage& before, const GrayImage& after) {
  require_same_kind(before, after, "ssim");
  require(before.height >= ssim_window && before.width >= ssim_window, "ssim",
          "a film of {}x{} came, expected sides of at least {} pixels", before.width, before.height,
          ssim_window);
  const Tensor x = tensor_from_image(before).to(DType::f64), y = tensor_from_image(after).to(DType::f64);
  const Tensor mean_x = smoothed(x), mean_y = smoothed(y);
  const Tensor xx = smoothed(product(x, x)), yy = smoothed(product(y, y)), xy = smoothed(product(x, y));
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  constexpr std::int64_t margin = ssim_window / 2;
  double sum = 0, places = 0;
  for (std::int64_t row = margin; row < before.height - margin; ++row)
    for (std::int64_t column = margin; column < before.width - margin; ++column) {
      const auto i = std::size_t(row * before.width + column);
      const double mx = mean_x.data<double>()[i], my = mean_y.data<double>()[i];
      const double vx = xx.data<double>()[i] - mx * mx, vy = yy.data<double>()[i] - my * my;
      const double covariance = xy.data<double>()[i] - mx * my;
      sum += (2 * mx * my + c1) * (2 * covariance + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2));
      ++places;
    }
  return sum / places;
}

}  // namespace scrim
