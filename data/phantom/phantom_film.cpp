#include "data/phantom/phantom_film.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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

double square(double x) {
  return x * x;
}

/// 0 below -width, 1 above width, smooth between.
double step(double distance, double width) {
  const double t = std::clamp(0.5 + distance / (2 * width), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// A tube of half thickness r seen from the side: bright edges (cortex), less within.
double tube(double distance, double r) {
  const double u = std::abs(distance) / r;
  if (u >= 1.15) return 0;
  const double outer = std::sqrt(std::max(0.0, 1.3225 - u * u)),
               inner = std::sqrt(std::max(0.0, 0.64 - u * u));
  return outer - 0.72 * inner;
}

/// What changes from film to film, drawn once.
struct Visit {
  // pose: patient = rotation * (image - shift) / scale
  double scale, angle, shift_x, shift_y, turn;
  double breath;  // added to the diaphragm's y
  double gain, gamma, noise, blur_floor;
  bool posterior_anterior;
  std::vector<Finding> findings;

  std::size_t nodule_side, effusion_side, pneumothorax_side, consolidation_side;
  double nodule_x, nodule_y, nodule_radius, effusion_level, pneumothorax_depth;
  double consolidation_x, consolidation_y, consolidation_radius, consolidation_shift;
  double heart_scale;

  bool has(Finding finding) const {
    return std::find(findings.begin(), findings.end(), finding) != findings.end();
  }

  Visit(Random random, const Anatomy& a, double probability) {
    posterior_anterior = random.uniform() < 0.65;
    scale = a.size * random.uniform(0.95, 1.05) * (posterior_anterior ? 1.0 : 1.03);
    angle = 0.035 * random.normal();
    shift_x = 0.025 * random.normal();
    shift_y = 0.025 * random.normal() + 0.02;
    turn = 0.02 * random.normal();
    breath = random.uniform(-0.07, 0.05) - (posterior_anterior ? 0.0 : 0.04);
    gain = random.uniform(0.92, 1.10);
    gamma = random.uniform(0.88, 1.14);
    noise = random.uniform(0.006, 0.016);
    blur_floor = random.uniform(0.010, 0.016);
    for (Finding finding : all_findings)
      if (random.uniform() < probability) findings.push_back(finding);
    const auto side = [&] { return std::size_t(random.below(2)); };
    nodule_side = side();
    nodule_x = random.uniform(0.28, 0.55);
    nodule_y = random.uniform(-0.50, 0.25);
    nodule_radius = random.uniform(0.045, 0.085);
    effusion_side = side();
    effusion_level = random.uniform(0.16, 0.36);
    pneumothorax_side = side();
    pneumothorax_depth = random.uniform(0.12, 0.22);
    consolidation_side = side();
    consolidation_x = random.uniform(0.28, 0.50);
    consolidation_y = random.uniform(-0.45, 0.30);
    consolidation_radius = random.uniform(0.15, 0.25);
    consolidation_shift = random.uniform(-0.3, 0.3);
    heart_scale = (has(Finding::cardiomegaly) ? random.uniform(1.32, 1.50) : random.uniform(0.97, 1.03)) *
                  (posterior_anterior ? 1.0 : 1.08);
  }
};

/// The patient's shapes as they stand on this visit. Distances are positive inside.
class Scene {
 public:
  Scene(const Anatomy& anatomy, const Visit& visit) : a(anatomy), v(visit) {
    cos_tilt_ = std::cos(a.heart_tilt);
    sin_tilt_ = std::sin(a.heart_tilt);
    cos_angle_ = std::cos(v.angle);
    sin_angle_ = std::sin(v.angle);
  }

  Point to_patient(double x, double y) const {
    const double dx = (x - v.shift_x) / v.scale, dy = (y - v.shift_y) / v.scale;
    return {cos_angle_ * dx + sin_angle_ * dy, -sin_angle_ * dx + cos_angle_ * dy};
  }
  Point to_image(Point p) const {
    return {(cos_angle_ * p.x - sin_angle_ * p.y) * v.scale + v.shift_x,
            (sin_angle_ * p.x + cos_angle_ * p.y) * v.scale + v.shift_y};
  }

  /// The chest wall's distance from the midline at height y.
  double wall(std::size_t side, double y) const {
    const double apex = a.apex[side], t = (y - apex) / (0.55 - apex);
    if (t <= 0) return 0;
    const double rise = std::min(t, 1.0);
    return a.chest_wall[side] * std::pow(1 - std::pow(1 - rise, 2.7), 0.52) *
           (t > 1 ? 1 + 0.04 * (t - 1) : 1);
  }
  /// The lung's inner border: wide at the great vessels, widest at the apex.
  double inner(std::size_t side, double y) const {
    const double knob = side == 1 ? a.aortic_knob * std::exp(-square((y + 0.33) / 0.10)) : 0.0;
    const double hilum = 0.03 * std::exp(-square((y - 0.0) / 0.16));
    return a.mediastinum[side] + knob + hilum + 0.10 * std::exp((a.apex[side] - y) * 6) +
           0.02 * std::max(0.0, y) + (side == 0 ? -v.turn : v.turn);
  }
  /// The diaphragm's y at distance x from the midline.
  double dome(std::size_t side, double x) const {
    const double rest = a.base + (side == 1 ? 0.045 : 0.0) + v.breath, away = x - a.dome_center[side];
    return rest - a.dome_height[side] + 1.05 * square(away) + (away > 0.22 ? 2.2 * square(away - 0.22) : 0);
  }
  double heart(Point p) const {
    const double x = p.x - a.heart_x - v.turn, y = p.y - a.heart_y - 0.55 * v.breath;
    const double along = cos_tilt_ * x + sin_tilt_ * y, across = -sin_tilt_ * x + cos_tilt_ * y;
    const double r = std::sqrt(square(along / (a.heart_width * v.heart_scale)) +
                               square(across / (a.heart_height * 0.86 * v.heart_scale)));
    return (1 - r) * a.heart_height;
  }
  Point heart_outline(double turn) const {
    const double along = a.heart_width * v.heart_scale * std::cos(turn);
    const double across = a.heart_height * 0.86 * v.heart_scale * std::sin(turn);
    return {cos_tilt_ * along - sin_tilt_ * across + a.heart_x + v.turn,
            sin_tilt_ * along + cos_tilt_ * across + a.heart_y + 0.55 * v.breath};
  }
  static std::size_t side_of(double x) { return x < 0 ? 0 : 1; }

  /// Distance to the lung's border, its own heart's shadow left out.
  double lung(Point p) const {
    const std::size_t side = side_of(p.x);
    const double x = std::abs(p.x);
    return std::min({wall(side, p.y) - x, x - inner(side, p.y), dome(side, x) - p.y, p.y - a.apex[side]});
  }

  const Anatomy& a;
  const Visit& v;

 private:
  double cos_tilt_, sin_tilt_, cos_angle_, sin_angle_;
};

/// The attenuation of bones at p; `outside`: how far p lies beyond the chest wall.
double bones(const Scene& s, Point p, double outside) {
  const Anatomy& a = s.a;
  const std::size_t side = Scene::side_of(p.x);
  const double x = std::abs(p.x), u = x / a.chest_wall[side];
  double sum = 0;
  if (outside < 0.05) {
    const double fade = step(0.03 - outside, 0.04);
    for (std::size_t k = 0; k < ribs; ++k) {
      const Rib& back = a.posterior[side][k];
      const double y = back.height + back.slope * u * u * u + back.sag * std::sin(u * 2.6);
      const double slant = 1 / std::sqrt(1 + square(3 * back.slope * u * u));
      sum += 0.125 * fade * step(x - 0.05, 0.03) * tube((p.y - y) * slant, back.thickness);
      const Rib& front = a.anterior[side][k];
      const double front_y = front.height + front.slope * (u - 0.35) * 1.25 + front.sag * square(u - 0.6);
      // The cartilage near the sternum does not show.
      sum += 0.075 * fade * step(u - 0.46 - 0.02 * double(k), 0.06) *
             tube((p.y - front_y) * 0.9, front.thickness);
    }
  }
  const double clavicle_u = (x - 0.05) / 0.62;
  if (clavicle_u > -0.1 && clavicle_u < 1.15) {
    const double y = a.clavicle_height + s.v.breath * 0.3 + 0.13 * (1 - clavicle_u) -
                     a.clavicle_slope * 0.5 * clavicle_u - a.clavicle_bend * std::sin(clavicle_u * 6.0);
    sum += 0.17 * step(clavicle_u + 0.05, 0.06) * step(1.08 - clavicle_u, 0.08) *
           tube(p.y - y, a.clavicle_thickness * (1 + 0.5 * square(clavicle_u - 0.5)));
  }
  const double scapula = x - a.scapula_x - a.scapula_tilt * (p.y + 0.35);
  if (p.y > -0.62 && p.y < 0.12) {
    sum += 0.05 * step(scapula, 0.02) * step(0.12 - p.y, 0.08) * step(p.y + 0.62, 0.1);
    sum += 0.05 * std::exp(-square(scapula / 0.012)) * step(0.12 - p.y, 0.05) * step(p.y + 0.62, 0.05);
  }
  const double from_spine = std::abs(p.x - a.spine_x(p.y));
  if (from_spine < 0.2) {
    const double in_vertebra = (p.y + 1 + a.spine_phase * a.vertebra_height) / a.vertebra_height;
    const double phase = in_vertebra - std::floor(in_vertebra);
    const double body =
        step(a.spine_width * (1 - 0.16 * std::sin(std::numbers::pi * phase)) - from_spine, 0.012);
    const double plate =
        std::exp(-square((phase - 0.10) / 0.035)) + std::exp(-square((phase - 0.90) / 0.035));
    const double disc = step(0.06 - std::min(phase, 1 - phase), 0.04);
    sum += body * (0.085 + 0.04 * plate - 0.045 * disc);
    const double pedicle = square((from_spine - 0.048) / 0.016) + square((phase - 0.38) / 0.13);
    sum += 0.07 * std::exp(-pedicle);
    sum += 0.05 * std::exp(-square(from_spine / 0.012) - square((phase - 0.72) / 0.2));  // spinous process
    const double process = std::abs(phase - 0.35) * a.vertebra_height;
    sum += 0.035 * step(0.15 - from_spine, 0.02) * step(0.018 - process, 0.01);
  }
  return sum * a.bone_density;
}

/// The whole attenuation at a place of the film, about 0 (air beside the patient) to 1.2 (below the
/// diaphragm).
double attenuation(const Scene& s, Point p) {
  const Anatomy& a = s.a;
  const Visit& v = s.v;
  const std::size_t side = Scene::side_of(p.x);
  const double x = std::abs(p.x), grain = a.texture.at(p.x, p.y), edge = v.blur_floor;

  // Body: trunk, shoulders, neck; air around it.
  const double trunk = 0.93 + 0.05 * a.soft_tissue + 0.06 * step(-0.2 - p.y, 0.4);
  const double shoulder = -0.80 + a.shoulder_slope * std::max(0.0, x - 0.30) * (x - 0.05);
  const double neck = step(0.25 - x, 0.05);
  const double body = step(trunk - x, 0.03) * std::max(step(p.y - shoulder, 0.03), neck);
  if (body == 0) return 0;

  const double wall_distance = s.wall(side, p.y) - x;
  const double thickness = std::sqrt(std::max(0.0, 1 - square(x / (trunk + 0.12))));
  double sum = 0.30 + 0.30 * a.soft_tissue * thickness * 0.75;
  sum += 0.10 * step(-0.35 - p.y, 0.35) * step(x - 0.35, 0.3);      // shoulder muscles
  sum += 0.14 * step(-wall_distance, 0.05) * step(p.y + 0.7, 0.2);  // lateral wall seen edge on
  if (!a.male)                                                      // breast shadow
    sum += 0.075 * a.soft_tissue * std::exp(-square((x - 0.40) / 0.22) - square((p.y - 0.30) / 0.20));

  const double below = p.y - s.dome(side, x);
  sum += 0.30 * step(below, 0.012 + edge) * step(0.14 + wall_distance, 0.2);
  const double heart = s.heart(p), in_heart = step(heart, 0.010 + edge);
  sum += 0.19 * step(s.inner(side, p.y) - x, 0.02 + edge) * (1 - 0.6 * in_heart);  // mediastinum
  sum += (0.22 + 0.20 * std::sqrt(std::clamp(heart / a.heart_height, 0.0, 1.0))) * in_heart *
         (1 - 0.6 * step(below, 0.03));
  // Trachea: a column of air that ends at the carina.
  if (p.y < -0.12)
    sum -=
        0.13 * step(0.036 - std::abs(p.x - 0.5 * a.spine_x(p.y) - v.turn), 0.012) * step(-0.14 - p.y, 0.05);

  double lung = s.lung(p);
  const double in_lung = step(lung, 0.010 + edge);
  double air = in_lung * (0.27 + 0.11 * std::min(1.0, std::max(0.0, lung) / 0.25));
  double marks = in_lung * (0.25 * a.vessels.at(p.x, p.y) + 0.012 * grain);

  if (v.has(Finding::pneumothorax) && side == v.pneumothorax_side && lung > -0.05) {
    // The lung has left the wall: air without vessels, and the pleura as a fine line.
    const double depth =
        v.pneumothorax_depth * step(0.15 - p.y, 0.35) * (0.55 + 0.75 * step(-0.35 - p.y, 0.3));
    const double from_wall = std::min(wall_distance, (p.y - a.apex[side]) * 0.8);
    const double free_air = step(depth - from_wall, 0.006);
    marks *= 1 - free_air;
    air += in_lung * 0.085 * free_air;
    sum += in_lung * 0.10 * std::exp(-square((from_wall - depth) / 0.009)) * step(depth - 0.02, 0.02);
  }
  if (v.has(Finding::effusion) && side == v.effusion_side) {
    // Fluid fills the angle between wall and diaphragm and climbs along the wall.
    const double climb = 0.30 * std::exp(-std::max(0.0, wall_distance) / 0.10);
    const double level =
        s.dome(side, a.dome_center[side] + 0.2) - v.effusion_level * 0.85 - climb * v.effusion_level / 0.36;
    air *= 1 - 0.96 * step(p.y - level, 0.05);
  }
  if (v.has(Finding::consolidation) && side == v.consolidation_side) {
    const double r = std::sqrt(square(x - v.consolidation_x) + 0.7 * square(p.y - v.consolidation_y));
    const double patch = a.texture.at(p.y * 0.8 + v.consolidation_shift, p.x * 0.8);
    air *= 1 - 0.78 * step(v.consolidation_radius * (0.85 + 0.35 * patch) - r, 0.07);
  }
  if (v.has(Finding::nodule) && side == v.nodule_side) {
    const double r = std::sqrt(square(x - v.nodule_x) + square(p.y - v.nodule_y));
    sum += 0.17 * in_lung * std::sqrt(std::max(0.0, 1 - square(r / (v.nodule_radius * 1.25)))) *
           step(v.nodule_radius - r, 0.008);
  }
  sum += marks - air + 0.016 * grain + bones(s, p, -wall_distance) * (1 + 0.30 * grain);
  return body * std::max(0.02, sum);
}

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

}  // namespace

Film render_film(const Anatomy& anatomy, const Random& random, const FilmOptions& options) {
  require(options.size >= 32 && options.size <= 4096, "phantom", "size {} came, expected 32 to 4096 pixels",
          options.size);
  require(options.bits == 8 || options.bits == 16, "phantom", "bits {} came, expected 8 or 16", options.bits);
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

  const Random noise = random.split(1);
  const double largest = double((1 << options.bits) - 1), pixel = 2.0 / double(size);
  for (std::int64_t row = 0; row < size; ++row)
    for (std::int64_t column = 0; column < size; ++column) {
      const auto i = std::size_t(row * size + column);
      const Point p = scene.to_patient((double(column) + 0.5) * pixel - 1, (double(row) + 0.5) * pixel - 1);
      const double dose = attenuation(scene, p) * visit.gain;
      // The film curve: steep in the middle, flat at both ends.
      const double gray = 1 / (1 + std::exp(-4.6 * (dose - 0.50)));
      double value = std::pow(std::clamp((gray - 0.095) / 0.84, 0.0, 1.0), visit.gamma);
      value += visit.noise * noise.normal_at(i) * (0.35 + std::sqrt(value));
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
