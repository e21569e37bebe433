#include "evaluation/identity/attack_log.h"

#include "evaluation/attackers/mixture.h"

namespace scrim {
namespace {

/// The threshold with the best accuracy.
double best_threshold(const std::vector<Scored>& cases) {
  double best = 0, accuracy = -1;
  for (const RocPoint& point : roc_curve(cases)) {
    const double reached = confusion_at(cases, point.threshold).accuracy();
    if (reached > accuracy) {
      accuracy = reached;
      best = point.threshold;
    }
  }
  return best;
}

std::vector<float> mean_of(const std::vector<std::vector<float>>& lists) {
  std::vector<float> mean(lists.empty() ? 0 : lists.front().size());
  for (const auto& list : lists)
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += list[i] / float(lists.size());
  return mean;
}

}  // namespace

std::vector<float> AttackLog::scores_of(Attacker& attacker, const std::string& kind, const Side& side,
                                        SeenFilms& seen) {
  return side.test.all_scores(attacker, seen.of(first_of(kind)), first_of(kind), seen.of(second_of(kind)),
                              second_of(kind));
}

std::vector<float> AttackLog::scores_of(Attacker& attacker, const std::string& kind, const Side& side) {
  SeenFilms seen(attacker, side.films);
  return scores_of(attacker, kind, side, seen);
}

void AttackLog::ask(Attacker& attacker, const std::vector<std::string>& about, const Scene& scene) {
  SeenFilms test(attacker, scene.test.films);
  ask(attacker, about, scene, test);
}

void AttackLog::ask(Attacker& attacker, const std::vector<std::string>& about, const Scene& scene,
                    SeenFilms& test) {
  std::optional<SeenFilms> valid;
  if (scene.valid) valid.emplace(attacker, scene.valid->films);
  for (const auto& kind : about)
    add(scene.facts(attacker.facts()), kind, scores_of(attacker, kind, scene.test, test),
        valid ? scores_of(attacker, kind, *scene.valid, *valid) : std::vector<float>{});
}

void AttackLog::add(const AttackerFacts& facts, const std::string& kind, std::vector<float> scores,
                    std::vector<float> valid_scores) {
  const IdentityTest& test = scene_.test.test;
  Attack attack{.attacker = facts, .pairs = kind, .valid_auc = {}, .figures = {}};
  const auto listed = ungrouped(test.cases(scores, test.listed()));
  require(roc_auc(listed).has_value(), config_.test_pairs, "needs pairs of one patient and pairs of two");
  attack.figures =
      test.figures(scores, kind == "released_real",
                   {config_.bootstrap_draws, config_.enrolments, std::uint64_t(config_.training.seed)});
  if (scene_.valid) {
    const IdentityTest& valid = scene_.valid->test;
    attack.valid_auc = roc_auc(ungrouped(valid.cases(valid_scores, valid.stranger_pairs(false))));
    attack.threshold = best_threshold(ungrouped(valid.cases(valid_scores, valid.listed())));
  }
  attack.confusion = confusion_at(listed, attack.threshold);
  for (const Scored& c : listed) attack.listed_scores.push_back(c.score);
  attack.scores = std::move(scores);
  result_.attacks.push_back(std::move(attack));
  valid_scores_.push_back(std::move(valid_scores));
}

std::vector<std::vector<float>> AttackLog::ask_starts(const AttackerFacts& facts,
                                                      const std::vector<std::unique_ptr<Attacker>>& starts,
                                                      const Scene& scene, const std::string& kind) {
  std::vector<std::vector<float>> scores, valid_scores;
  for (const auto& start : starts) {
    scores.push_back(scores_of(*start, kind, scene.test));
    if (scene.valid) valid_scores.push_back(scores_of(*start, kind, *scene.valid));
  }
  const AttackerFacts all = scene.facts(facts);
  add(all, kind, mean_of(scores), mean_of(valid_scores));
  add_seeds(kind, all.family, scores);
  return scores;
}

void AttackLog::add_seeds(const std::string& kind, const std::string& family,
                          const std::vector<std::vector<float>>& scores) {
  const IdentityTest& test = scene_.test.test;
  std::vector<std::vector<GroupedCase>> cases;
  for (const auto& of_seed : scores) cases.push_back(test.cases(of_seed, test.stranger_pairs(false)));
  result_.seeds[kind].push_back({family, over_seeds(cases)});
}

void AttackLog::add_learning_point(const std::string& kind, std::int64_t films,
                                   const std::vector<float>& scores) {
  const IdentityTest& test = scene_.test.test;
  const auto cases = test.cases(scores, test.stranger_pairs(false));
  result_.learning_curves[kind].push_back({films, roc_auc(ungrouped(cases)), jackknife_auc(cases)});
}

void AttackLog::join(const std::string& kind) {
  std::vector<MixedScores> parts;
  for (std::size_t i = 0; i < result_.attacks.size(); ++i)
    if (const Attack& a = result_.attacks[i]; a.pairs == kind && !a.attacker.is_control)
      parts.push_back({a.attacker.family, valid_scores_[i], a.scores});
  const auto joined = mixed_scores(parts, scene_.valid->test);
  if (!joined) return;
  add({.name = "mixture",
       .family = "mixture",
       .knows = "all attackers: " + joined->weights,
       .trained_on = kind,
       .training_films = scene_.valid->films.real.count()},
      kind, joined->test, joined->valid);
}

Risks AttackLog::risks_of(const std::string& kind) const {
  const Attack *attack = result_.strongest(kind), *control = result_.control(kind);
  if (!attack || !control) return {};
  const auto pairs = [](const Attack& a) {
    const VerificationFigures& f = a.figures.strangers;
    return Trials{f.rates.front().true_positive_rate.value_or(0) * double(f.pairs_of_one),
                  double(f.rates.front().true_positive_rate ? f.pairs_of_one : 0)};
  };
  const auto patients = [](const Attack& a) {
    const auto& e = a.figures.enrolment;
    return e ? Trials{e->rank_1 * double(e->queries), double(e->queries)} : Trials{};
  };
  return {risk(pairs(*attack), pairs(*control)), risk(patients(*attack), patients(*control))};
}

}  // namespace scrim
