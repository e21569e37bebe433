// A phantom patient's shapes as they stand on one film: pose, breath and findings drawn once, then distances.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/phantom/phantom_film.h"

namespace scrim::phantom {

inline double square(double x) {
  return x * x;
}

/// What changes from film to film, drawn once.
struct Visit {
  // pose: patient = rotation * (image - shift) / scale
  double scale, angle, shift_x, shift_y, turn;
  double breath;  // added to the diaphragm's y
  double gain, gamma, noise, blur_floor;
  bool posterior_anterior;
  std::vector<Finding> findings;

  // Lesions differ in size, softness and density: what they all had in common, a network would learn instead of the lesion.
  std::size_t nodule_side, effusion_side, pneumothorax_side, consolidation_side;
  double nodule_x, nodule_y, nodule_radius, nodule_softness, nodule_density, nodule_lobes, nodule_turn;
  double effusion_level, effusion_softness, pneumothorax_depth, pneumothorax_line;
  double consolidation_x, consolidation_y, consolidation_radius, consolidation_shift;
  double consolidation_softness, consolidation_density, consolidation_patchiness;
  double heart_draw, heart_scale;

  bool has(Finding finding) const;
  Visit(Random random, const Anatomy& anatomy, double finding_probability);
  /// The same visit of a patient without cardiomegaly.
  Visit with_normal_heart() const;

 private:
  void set_heart_scale();
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

/// What a ray through one place of the film meets.
class Ray {
 public:
  Ray(const Scene& scene, Point p);

  /// About 0 (air beside the patient) to 1.2 (below the diaphragm). `without`: a finding of the visit that is left out;
  /// not cardiomegaly, which is the heart's shape (Visit::with_normal_heart).
  double attenuation(std::optional<Finding> without = {}) const;

 private:
  /// What attenuates.
  struct Tissue {
    double sum = 0;                ///< without lungs and bones
    double lung = 0, in_lung = 0;  ///< distance to the lung's border, and how far p is within
    double air = 0, marks = 0;     ///< of the lung: what it takes away, and its vessels
  };
  void add_findings(Tissue& tissue, std::optional<Finding> without) const;

  const Scene& scene_;
  Point p_;
  double body_ = 0, rest_ = 0;
  Tissue tissue_;
};

}  // namespace scrim::phantom
