#include "data/phantom/phantom_film.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/phantom/phantom_scene.h"

namespace scrim::phantom {

std::string_view nih_label(Finding finding) {
  switch (finding) {
    case Finding::nodule:
      return "Nodule";
    case Finding::effusion:
      return "Effusion";
    case Finding::cardiomegaly:
      return "Cardiomegaly";
    case Finding::pneumothorax:
      return "Pneumothorax";
    case Finding::consolidation:
      return "Consolidation";
  }
  return "?";
}

namespace {

/// The closed line through `outline`, cut into N points of equal distance.
template <std::size_t N>
std::array<Point, N> evenly_spaced(const std::vector<Point>& outline) {
  std::vector<double> length{0};
  for (std::size_t i = 1; i <= outline.size(); ++i) {
    const Point a = outline[i - 1], b = outline[i % outline.size()];
    length.push_back(length.back() + std::hypot(b.x - a.x, b.y - a.y));
  }
  std::array<Point, N> points{};
  std::size_t segment = 0;
  for (std::size_t i = 0; i < N; ++i) {
    const double at = length.back() * double(i) / double(N);
    while (segment + 1 < outline.size() && length[segment + 1] < at) ++segment;
    const double share = (at - length[segment]) / std::max(1e-12, length[segment + 1] - length[segment]);
    const Point a = outline[segment], b = outline[(segment + 1) % outline.size()];
    points[i] = {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
  }
  return points;
}

/// Where the lung's field ends, walked from the apex down the wall, along the diaphragm and up the inner
/// border.
std::vector<Point> lung_outline(const Scene& s, std::size_t side) {
  const double sign = side == 0 ? -1 : 1;
  std::vector<Point> line;
  const auto add = [&](double x, double y) { line.push_back({sign * x, y}); };
  const auto medial = [&](double y) {  // the inner border, or the heart's edge where it reaches further out
    double x = s.inner(side, y);
    while (x < s.wall(side, y) && s.heart({sign * x, y}) > 0) x += 0.004;
    return x;
  };
  double y = s.a.apex[side] + 0.01;
  while (s.wall(side, y) <= medial(y)) y += 0.004;
  const double top = y;
  for (; y < 0.95 && s.dome(side, s.wall(side, y)) > y; y += 0.01) add(s.wall(side, y), y);
  double x = s.wall(side, y);
  for (; x > medial(s.dome(side, x)) && x > 0; x -= 0.01) add(x, s.dome(side, x));
  for (y = s.dome(side, x); y > top; y -= 0.01) add(medial(y), y);
  return line;
}

/// The film curve: steep in the middle, flat at both ends. Grays from 0 to 1.
double film_gray(double attenuation, const Visit& visit) {
  const double gray = 1 / (1 + std::exp(-4.6 * (attenuation * visit.gain - 0.50)));
  return std::pow(std::clamp((gray - 0.095) / 0.84, 0.0, 1.0), visit.gamma);
}

/// The attenuation of the same visit without one of its findings.
double dose_without(Finding finding, const Ray& ray, const Scene& scene, const Scene& normal_heart, Point p) {
  if (finding != Finding::cardiomegaly) return ray.attenuation(finding);
  // Beyond the large heart's soft edge nothing differs.
  return scene.heart(p) < -0.06 ? ray.attenuation() : Ray(normal_heart, p).attenuation();
}

}  // namespace

Film render_film(const Anatomy& anatomy, const Random& random, const FilmOptions& options) {
  require(options.size >= 32 && options.size <= 4096, "phantom", "size must be 32 to 4096 (got {})",
          options.size);
  require(options.bits == 8 || options.bits == 16, "phantom", "bits must be 8 or 16 (got {})", options.bits);
  const Visit visit(random.split(0), anatomy, options.finding_probability);
  const Scene scene(anatomy, visit);
  const std::int64_t size = options.size;
  Film film;
  film.findings = visit.findings;
  film.posterior_anterior = visit.posterior_anterior;
  film.image = {size, size, options.bits, {}};
  film.lung_mask = film.heart_mask = {size, size, 8, {}};
  const auto pixel_count = std::size_t(size * size);
  film.image.pixels.resize(pixel_count);
  film.lung_mask.pixels.resize(pixel_count);
  film.heart_mask.pixels.resize(pixel_count);

  film.finding_masks.assign(film.findings.size(), {size, size, 8, std::vector<std::uint16_t>(pixel_count)});

  const Visit healthy_visit = visit.with_normal_heart();
  const Scene healthy(anatomy, healthy_visit);
  const Random noise = random.split(1);
  const double largest = double((1 << options.bits) - 1), pixel = 2.0 / double(size);
  for (std::int64_t row = 0; row < size; ++row)
    for (std::int64_t column = 0; column < size; ++column) {
      const auto i = std::size_t(row * size + column);
      const Point p = scene.to_patient((double(column) + 0.5) * pixel - 1, (double(row) + 0.5) * pixel - 1);
      const Ray ray(scene, p);
      const double dose = ray.attenuation(), clean = film_gray(dose, visit);
      for (std::size_t k = 0; k < film.findings.size(); ++k) {
        const double without = dose_without(film.findings[k], ray, scene, healthy, p);
        if (without != dose && std::abs(clean - film_gray(without, visit)) >= 4. / 255)
          film.finding_masks[k].pixels[i] = 255;
      }
      const double value = clean + visit.noise * noise.normal_at(i) * (0.35 + std::sqrt(clean));
      film.image.pixels[i] = std::uint16_t(std::lround(std::clamp(value, 0.0, 1.0) * largest));
      const bool heart = scene.heart(p) > 0;
      film.heart_mask.pixels[i] = heart ? 255 : 0;
      film.lung_mask.pixels[i] = !heart && scene.lung(p) > 0 ? 255 : 0;
    }

  const auto to_pixels = [&](std::vector<Point> line) {
    for (Point& p : line) {
      const Point image = scene.to_image(p);
      p = {(image.x + 1) / pixel - 0.5, (image.y + 1) / pixel - 0.5};
    }
    return line;
  };
  film.landmarks.right_lung = evenly_spaced<44>(to_pixels(lung_outline(scene, 0)));
  film.landmarks.left_lung = evenly_spaced<50>(to_pixels(lung_outline(scene, 1)));
  std::vector<Point> heart;
  for (int i = 0; i < 360; ++i) heart.push_back(scene.heart_outline(i * std::numbers::pi / 180));
  film.landmarks.heart = evenly_spaced<26>(to_pixels(std::move(heart)));
  return film;
}

}  // namespace scrim::phantom
