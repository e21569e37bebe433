#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/phantom/phantom_scene.h"

namespace scrim::phantom {
namespace {

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

}  // namespace

void Ray::add_findings(Tissue& t, std::optional<Finding> without) const {
  const Scene& s = scene_;
  const Point p = p_;
  const Anatomy& a = s.a;
  const Visit& v = s.v;
  const auto has = [&](Finding finding) { return finding != without && v.has(finding); };
  const std::size_t side = Scene::side_of(p.x);
  const double x = std::abs(p.x), wall_distance = s.wall(side, p.y) - x;
  if (has(Finding::pneumothorax) && side == v.pneumothorax_side && t.lung > -0.05) {
    // The lung has left the wall: air without vessels, and the pleura as a fine line.
    const double depth =
        v.pneumothorax_depth * step(0.15 - p.y, 0.35) * (0.55 + 0.75 * step(-0.35 - p.y, 0.3));
    const double from_wall = std::min(wall_distance, (p.y - a.apex[side]) * 0.8);
    const double free_air = step(depth - from_wall, 0.006);
    t.marks *= 1 - free_air;
    t.air += t.in_lung * 0.085 * free_air;
    t.sum += t.in_lung * v.pneumothorax_line * std::exp(-square((from_wall - depth) / 0.009)) *
             step(depth - 0.02, 0.02);
  }
  if (has(Finding::effusion) && side == v.effusion_side) {
    // Fluid fills the angle between wall and diaphragm and climbs along the wall.
    const double climb = 0.30 * std::exp(-std::max(0.0, wall_distance) / 0.10);
    const double level =
        s.dome(side, a.dome_center[side] + 0.2) - v.effusion_level * 0.85 - climb * v.effusion_level / 0.36;
    t.air *= 1 - 0.96 * step(p.y - level, v.effusion_softness);
  }
  if (has(Finding::consolidation) && side == v.consolidation_side) {
    const double r = std::sqrt(square(x - v.consolidation_x) + 0.7 * square(p.y - v.consolidation_y));
    const double patch = a.texture.at(p.y * 0.8 + v.consolidation_shift, p.x * 0.8);
    const double reach = v.consolidation_radius * (0.85 + v.consolidation_patchiness * patch);
    t.air *= 1 - v.consolidation_density * step(reach - r, v.consolidation_softness);
  }
  if (has(Finding::nodule) && side == v.nodule_side) {
    // A ball seen through: also behind the heart and below the diaphragm. Small ones are thin.
    const double dx = x - v.nodule_x, dy = p.y - v.nodule_y;
    const double lobed = 1 + v.nodule_lobes * std::sin(3 * std::atan2(dy, dx) + v.nodule_turn);
    const double r = std::sqrt(square(dx) + square(dy)), radius = v.nodule_radius * lobed;
    const double thickness = std::clamp(v.nodule_radius / 0.065, 0.6, 1.3);
    t.sum += v.nodule_density * thickness * step(wall_distance, 0.02) *
             std::sqrt(std::max(0.0, 1 - square(r / (radius * 1.25 + v.nodule_softness)))) *
             step(radius - r, v.nodule_softness);
  }
}

Ray::Ray(const Scene& s, Point p) : scene_(s), p_(p) {
  const Anatomy& a = s.a;
  const Visit& v = s.v;
  const std::size_t side = Scene::side_of(p.x);
  const double x = std::abs(p.x), grain = a.texture.at(p.x, p.y), edge = v.blur_floor;

  // Body: trunk, shoulders, neck; air around it.
  const double trunk = 0.93 + 0.05 * a.soft_tissue + 0.06 * step(-0.2 - p.y, 0.4);
  const double shoulder = -0.80 + a.shoulder_slope * std::max(0.0, x - 0.30) * (x - 0.05);
  const double neck = step(0.25 - x, 0.05);
  body_ = step(trunk - x, 0.03) * std::max(step(p.y - shoulder, 0.03), neck);
  if (body_ == 0) return;

  const double wall_distance = s.wall(side, p.y) - x;
  const double thickness = std::sqrt(std::max(0.0, 1 - square(x / (trunk + 0.12))));
  Tissue& t = tissue_;
  double& sum = t.sum;
  sum = 0.30 + 0.30 * a.soft_tissue * thickness * 0.75;
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

  t.lung = s.lung(p);
  t.in_lung = step(t.lung, 0.010 + edge);
  t.air = t.in_lung * (0.27 + 0.11 * std::min(1.0, std::max(0.0, t.lung) / 0.25));
  t.marks = t.in_lung * (0.25 * a.vessels.at(p.x, p.y) + 0.012 * grain);
  rest_ = 0.016 * grain + bones(s, p, -wall_distance) * (1 + 0.30 * grain);
}

double Ray::attenuation(std::optional<Finding> without) const {
  if (body_ == 0) return 0;
  Tissue t = tissue_;
  add_findings(t, without);
  return body_ * std::max(0.02, t.sum + t.marks - t.air + rest_);
}

}  // namespace scrim::phantom
