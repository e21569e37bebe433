#include "evaluation/identity/attacker_settings.h"

#include <algorithm>

#include "base/config/config_checks.h"

namespace scrim {
namespace {

/// What attackers that learn from several starts have in common.
template <class Settings>
void check_training(const std::string& table, const Settings& s) {
  expect(s.starts >= 0 && s.starts <= 100, table + ".starts", s.starts, "0 to 100");
  expect(s.epochs >= 1, table + ".epochs", s.epochs, "at least 1");
  expect(s.batch_size >= 2, table + ".batch_size", s.batch_size, "at least 2");
  expect(s.warmup_epochs >= 0, table + ".warmup_epochs", s.warmup_epochs, "at least 0");
  expect(s.early_stopping >= 0, table + ".early_stopping", s.early_stopping, "at least 0");
  check(s.augmentation, table + ".augmentation");
  check(s.optimizer, table + ".optimizer");
}

}  // namespace

void check(const EmbeddingSettings& e) {
  check_training("embedding", e);
  check(e.model, "embedding");
  expect(e.temperature > 0 && e.temperature <= 10, "embedding.temperature", e.temperature,
         "above 0, at most 10");
  expect(e.weight_average >= 0 && e.weight_average < 1, "embedding.weight_average", e.weight_average,
         "0 <= weight_average < 1");
  for (const double share : e.learning_curve)
    expect(share > 0 && share < 1, "embedding.learning_curve", share, "shares above 0 and below 1");
}

void check(const MatchingSettings& m) {
  check_training("matching", m);
  check(m.model, "matching");
  expect(m.weight_average > 0 && m.weight_average < 1, "matching.weight_average", m.weight_average,
         "above 0, below 1");
  // Every film of a batch is laid onto every other: memory grows with the square.
  expect(m.batch_size <= 256, "matching.batch_size", m.batch_size, "at most 256");
}

void check(const RestorerSettings& r) {
  const std::string known[] = {"network", "inverse_warp", "averaging", "inversion", "gate"};
  for (const auto& by : r.by)
    expect(std::find(std::begin(known), std::end(known), by) != std::end(known), "restorer.by", by,
           "\"network\", \"inverse_warp\", \"averaging\", \"inversion\" or \"gate\"");
  expect(r.init_features >= 1, "restorer.init_features", r.init_features, "at least 1");
  expect(r.epochs >= 1, "restorer.epochs", r.epochs, "at least 1");
  expect(r.batch_size >= 1, "restorer.batch_size", r.batch_size, "at least 1");
  expect(r.learning_rate > 0, "restorer.learning_rate", r.learning_rate, "above 0");
  expect(r.early_stopping >= 0, "restorer.early_stopping", r.early_stopping, "at least 0");
  expect(r.releases >= 1 && r.releases <= 10000, "restorer.releases", r.releases, "1 to 10000");
  expect(r.inversion_steps >= 1, "restorer.inversion_steps", r.inversion_steps, "at least 1");
  expect(r.inversion_learning_rate > 0, "restorer.inversion_learning_rate", r.inversion_learning_rate,
         "above 0");
}

void check(const AttributeSettings& a) {
  check(a.model, "attributes");
  expect(a.epochs >= 1, "attributes.epochs", a.epochs, "at least 1");
  expect(a.batch_size >= 1, "attributes.batch_size", a.batch_size, "at least 1");
  expect(a.learning_rate > 0, "attributes.learning_rate", a.learning_rate, "above 0");
  expect(a.early_stopping >= 0, "attributes.early_stopping", a.early_stopping, "at least 0");
}

}  // namespace scrim
