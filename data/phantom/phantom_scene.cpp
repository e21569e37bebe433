#include "data/phantom/phantom_scene.h"

#include <algorithm>

namespace scrim::phantom {

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

}  // namespace scrim::phantom
