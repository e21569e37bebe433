#include "data/phantom/phantom_scene.h"

#include <algorithm>
#include <cmath>

namespace scrim::phantom {

namespace {

/// The patient's frame is about 36 cm wide.
double in_units(double mm) {
  return mm / 180;
}

}  // namespace

bool Visit::has(Finding finding) const {
  return std::find(findings.begin(), findings.end(), finding) != findings.end();
}

Visit::Visit(Random random, const Anatomy& a, double probability) {
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
  nodule_x = random.uniform(0.12, 0.58);
  nodule_y = random.uniform(-0.55, 0.42);  // also behind the heart and the diaphragm
  nodule_radius =
      0.5 *
      in_units(8 * std::pow(40. / 8, random.uniform()));  // 8 to 40 mm wide, small ones as often as large
  const bool calcified = random.uniform() < 0.25;
  nodule_softness = calcified ? random.uniform(0.004, 0.010) : random.uniform(0.006, 0.030);
  nodule_density = calcified ? random.uniform(0.22, 0.34) : random.uniform(0.11, 0.20);
  nodule_lobes = random.uniform(0, 0.18);
  nodule_turn = random.uniform(0, 6.28);
  effusion_side = side();
  effusion_level = random.uniform(0.12, 0.36);
  effusion_softness = random.uniform(0.03, 0.08);
  pneumothorax_side = side();
  pneumothorax_depth = random.uniform(0.08, 0.22);
  pneumothorax_line = random.uniform(0.06, 0.12);
  consolidation_side = side();
  consolidation_x = random.uniform(0.24, 0.52);
  consolidation_y = random.uniform(-0.45, 0.35);
  consolidation_radius = random.uniform(0.10, 0.25);
  consolidation_shift = random.uniform(-0.3, 0.3);
  consolidation_softness = random.uniform(0.03, 0.12);
  consolidation_density = random.uniform(0.55, 0.85);
  consolidation_patchiness = random.uniform(0.15, 0.5);
  heart_draw = random.uniform();
  set_heart_scale();
}

void Visit::set_heart_scale() {
  const auto between = [this](double low, double high) { return low + (high - low) * heart_draw; };
  heart_scale = (has(Finding::cardiomegaly) ? between(1.32, 1.50) : between(0.97, 1.03)) *
                (posterior_anterior ? 1.0 : 1.08);
}

Visit Visit::with_normal_heart() const {
  Visit other = *this;
  std::erase(other.findings, Finding::cardiomegaly);
  other.set_heart_scale();
  return other;
}

}  // namespace scrim::phantom
