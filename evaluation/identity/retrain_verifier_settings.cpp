#include <algorithm>

#include "evaluation/identity/retrain_verifier.h"
#include "evaluation/identity/sides.h"

namespace scrim {

void check(const RetrainVerifierConfig& c) {
  check(c.data, 16);
  check_given("data.train_pairs", c.lists.train, "a file of pairs");
  check_given("data.test_pairs", c.test_pairs, "a file of pairs");
  expect(c.valid_list.empty() || !c.lists.valid.empty(), "data.valid_list", c.valid_list,
         "none unless data.valid_pairs is set");
  check(c.release);
  check(c.attacker, "attacker");
  expect(c.seeds >= 0 && c.seeds <= 100, "attacker.seeds", c.seeds, "0 to 100");
  for (const auto& kind : c.trained_on)
    expect(std::find(std::begin(pair_kinds), std::end(pair_kinds), kind) != std::end(pair_kinds),
           "attacker.trained_on", kind, "\"released_released\", \"released_real\" or \"real_real\"");
  expect(c.correlation || (!c.trained_on.empty() && (c.seeds > 0 || c.embedding.starts > 0 ||
                                                     c.matching.starts > 0 || c.side_channels)),
         "attacker.seeds", c.seeds,
         "an attacker: seeds, embedding.starts, matching.starts, correlation or side_channels");
  check(c.augmentation);
  check(c.training);
  check(c.contrast, c.training.batch_size);
  check(c.optimizer, "optimizer");
  check(c.embedding);
  check(c.matching);
  check(c.restorer);
  check(c.attributes);
  check(c.match);
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
  expect(c.enrolments >= 1 && c.enrolments <= 100'000, "evaluation.enrolments", c.enrolments, "1 to 100000");
  check_given("output.folder", c.folder, "a folder");
}

const Attack* VerificationResult::strongest_in_test(const std::string& kind) const {
  const Attack* best = nullptr;
  for (const Attack& a : attacks)
    if (a.pairs == kind && !a.attacker.is_control &&
        (!best || *a.figures.strangers.auc > *best->figures.strangers.auc))
      best = &a;
  return best;
}

const Attack* VerificationResult::strongest(const std::string& kind) const {
  const Attack* best = nullptr;
  for (const Attack& a : attacks)
    if (a.pairs == kind && !a.attacker.is_control && a.valid_auc &&
        (!best || *a.valid_auc > *best->valid_auc))
      best = &a;
  return best ? best : strongest_in_test(kind);
}

const Attack* VerificationResult::control(const std::string& kind) const {
  for (const Attack& a : attacks)
    if (a.pairs == kind && a.attacker.is_control) return &a;
  return nullptr;
}

}  // namespace scrim
