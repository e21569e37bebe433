#include "films/augmentation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/config/config_checks.h"

namespace scrim {

bool AugmentationSettings::does_nothing() const {
  return !flip && rotate_degrees == 0 && scale == 0 && shift == 0 && brightness == 0 && contrast == 0 &&
         gamma == 0 && noise == 0 && erase == 0;
}

void check(const AugmentationSettings& a, const std::string& table) {
  const auto within = [](double value, double most) { return value >= 0 && value <= most; };
  expect(within(a.rotate_degrees, 180), table + ".rotate_degrees", a.rotate_degrees, "0 to 180");
  expect(within(a.scale, 0.9), table + ".scale", a.scale, "0 to 0.9");
  expect(within(a.shift, 1), table + ".shift", a.shift, "0 to 1");
  expect(within(a.brightness, 1), table + ".brightness", a.brightness, "0 to 1");
  expect(within(a.contrast, 1), table + ".contrast", a.contrast, "0 to 1");
  expect(within(a.gamma, 3), table + ".gamma", a.gamma, "0 to 3");
  expect(within(a.noise, 1), table + ".noise", a.noise, "0 to 1");
  expect(within(a.erase, 1), table + ".erase", a.erase, "0 to 1");
}

FilmChange turned(double degrees, double size) {
  const double angle = degrees * std::numbers::pi / 180;
  FilmChange c;
  c.xx = c.yy = std::cos(angle) / size;
  c.yx = std::sin(angle) / size;
  c.xy = -c.yx;
  return c;
}

FilmChange draw_change(const AugmentationSettings& a, Random random) {
  const auto either_way = [&](double most) { return random.uniform(-most, most); };
  const double angle = either_way(a.rotate_degrees) * std::numbers::pi / 180;
  const double shrink = 1 / (1 + either_way(a.scale));
  const double side = random.uniform() < 0.5 && a.flip ? -1 : 1;
  FilmChange c;
  c.xx = side * shrink * std::cos(angle);
  c.xy = -shrink * std::sin(angle);
  c.yx = side * shrink * std::sin(angle);
  c.yy = shrink * std::cos(angle);
  c.x0 = 2 * either_way(a.shift);
  c.y0 = 2 * either_way(a.shift);
  c.offset = either_way(a.brightness);
  c.gain = 1 + either_way(a.contrast);
  c.power = std::exp(either_way(std::log1p(a.gamma)));
  c.noise = random.uniform() * a.noise;
  c.noise_of = random.split("noise");
  if (random.uniform() < a.erase) {
    c.height = random.uniform(0.1, 0.4);
    c.width = random.uniform(0.1, 0.4);
    c.top = random.uniform() * (1 - c.height);
    c.left = random.uniform() * (1 - c.width);
    c.gray = random.uniform();
  }
  return c;
}

Tensor changed_film(const Tensor& film, const FilmChange& c) {
  const std::int64_t height = film.size(1), width = film.size(2);
  Tensor result = Tensor::empty(film.shape());
  const float* in = film.data<float>().data();
  float* out = result.mutable_data<float>().data();
  const double half_width = double(width - 1) / 2, half_height = double(height - 1) / 2;
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t column = 0; column < width; ++column) {
      const double x = double(column) / half_width - 1, y = double(row) / half_height - 1;
      const double from_x = std::clamp((c.xx * x + c.xy * y + c.x0 + 1) * half_width, 0.0, double(width - 1));
      const double from_y =
          std::clamp((c.yx * x + c.yy * y + c.y0 + 1) * half_height, 0.0, double(height - 1));
      const auto left = std::min(std::int64_t(from_x), width - 2),
                 top = std::min(std::int64_t(from_y), height - 2);
      const double u = from_x - double(left), v = from_y - double(top);
      const float* at = in + top * width + left;
      const double gray =
          (1 - v) * ((1 - u) * at[0] + u * at[1]) + v * ((1 - u) * at[width] + u * at[width + 1]);
      const double powered = c.power == 1 ? gray : std::pow(std::max(gray, 0.0), c.power);
      const double noise =
          c.noise == 0 ? 0 : c.noise * c.noise_of.normal_at(std::uint64_t(row * width + column));
      out[row * width + column] =
          float(std::clamp(0.5 + c.gain * (powered - 0.5) + c.offset + noise, 0.0, 1.0));
    }
  const auto place = [](double share, std::int64_t side) { return std::int64_t(share * double(side) + 0.5); };
  for (std::int64_t row = place(c.top, height); row < place(c.top + c.height, height); ++row)
    for (std::int64_t column = place(c.left, width); column < place(c.left + c.width, width); ++column)
      out[row * width + column] = float(c.gray);
  return result;
}

}  // namespace scrim
