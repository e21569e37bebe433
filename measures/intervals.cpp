#include "measures/intervals.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "measures/distributions.h"

namespace scrim {
namespace {

constexpr double tail = 0.025;

/// Cases sorted by score once: their weights change with every draw, their order does not.
struct SortedCases {
  std::vector<Scored> cases;
  std::vector<double> own_weights;
  std::vector<std::pair<std::size_t, std::size_t>> groups;
};

SortedCases sorted_cases(const std::vector<GroupedCase>& cases,
                         const std::map<std::string, std::size_t>& number) {
  std::vector<const GroupedCase*> order;
  for (const GroupedCase& c : cases) order.push_back(&c);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->scored.score > b->scored.score; });
  SortedCases sorted;
  for (const GroupedCase* c : order) {
    sorted.cases.push_back(c->scored);
    sorted.own_weights.push_back(c->scored.weight);
    sorted.groups.emplace_back(number.at(c->first_group), number.at(c->second_group));
  }
  return sorted;
}

/// Gives every case the weight that its groups have in a draw.
void weigh(SortedCases& sorted, const std::vector<double>& drawn) {
  for (std::size_t i = 0; i < sorted.cases.size(); ++i) {
    const auto [first, second] = sorted.groups[i];
    sorted.cases[i].weight = sorted.own_weights[i] * drawn[first] * (first == second ? 1 : drawn[second]);
  }
}

/// How often each of `count` groups comes up in as many draws with replacement.
void draw_groups(std::vector<double>& drawn, Random& random) {
  std::fill(drawn.begin(), drawn.end(), 0);
  for (std::size_t i = 0; i < drawn.size(); ++i)
    ++drawn[std::size_t(random.below(std::int64_t(drawn.size())))];
}

std::map<std::string, std::size_t> numbered_groups(const std::vector<std::vector<GroupedCase>>& sets) {
  std::map<std::string, std::size_t> number;
  for (const auto& cases : sets)
    for (const GroupedCase& c : cases)
      for (const auto& group : {c.first_group, c.second_group}) number.emplace(group, number.size());
  return number;
}

double logit(double auc) {
  return std::log(auc / (1 - auc));
}
double from_logit(double value) {
  return 1 / (1 + std::exp(-value));
}

/// The logit of the mean AUC, kept half a pair away from 0 and 1; nothing when a kind is missing.
std::optional<double> logit_of_mean_auc(const std::vector<SortedCases>& sets) {
  double mean = 0, least = 0;
  for (const SortedCases& sorted : sets) {
    const auto auc = auc_of_sorted(sorted.cases);
    if (!auc) return std::nullopt;
    double positives = 0, negatives = 0;
    for (const Scored& c : sorted.cases) (c.positive ? positives : negatives) += c.weight;
    mean += *auc / double(sets.size());
    least = std::max(least, 0.5 / (positives * negatives));
  }
  return logit(std::clamp(mean, least, 1 - least));
}

/// The mean AUC of sets on the same groups, on the logit, and its variance over groups by leaving out one at a time.
struct Jackknife {
  double logit = 0, variance = 0, groups = 0;
};
std::optional<Jackknife> jackknife(const std::vector<std::vector<GroupedCase>>& sets) {
  const auto number = numbered_groups(sets);
  std::vector<SortedCases> sorted;
  for (const auto& cases : sets) sorted.push_back(sorted_cases(cases, number));
  const auto whole = logit_of_mean_auc(sorted);
  if (!whole) return std::nullopt;
  std::vector<double> without, present(number.size(), 1);
  for (double& group : present) {
    group = 0;
    for (SortedCases& cases : sorted) weigh(cases, present);
    if (const auto value = logit_of_mean_auc(sorted)) without.push_back(*value);
    group = 1;
  }
  const auto count = double(without.size());
  if (count < 3) return std::nullopt;
  double mean = 0, squares = 0;
  for (const double value : without) mean += value / count;
  for (const double value : without) squares += (value - mean) * (value - mean);
  return Jackknife{*whole, (count - 1) / count * squares, count};
}

}  // namespace

std::vector<Scored> ungrouped(const std::vector<GroupedCase>& cases) {
  std::vector<Scored> plain;
  for (const GroupedCase& c : cases) plain.push_back(c.scored);
  return plain;
}

Interval middle_95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) { return values[std::size_t(q * double(values.size() - 1) + 0.5)]; };
  return {quantile(0.025), quantile(0.975)};
}

std::optional<Interval> exact_share_interval(std::int64_t hits, std::int64_t cases) {
  if (cases <= 0) return std::nullopt;
  const auto k = double(hits), n = double(cases);
  return Interval{hits == 0 ? 0 : beta_quantile(k, n - k + 1, tail),
                  hits == cases ? 1 : beta_quantile(k + 1, n - k, 1 - tail)};
}

std::optional<Interval> jackknife_auc(const std::vector<GroupedCase>& cases) {
  const auto j = jackknife({cases});
  if (!j) return std::nullopt;
  const double half = student_t_quantile(j->groups - 1, 1 - tail) * std::sqrt(j->variance);
  return Interval{from_logit(j->logit - half), from_logit(j->logit + half)};
}

OverSeeds over_seeds(const std::vector<std::vector<GroupedCase>>& seeds) {
  OverSeeds over;
  const auto count = double(seeds.size());
  for (const auto& cases : seeds) {
    const auto auc = roc_auc(ungrouped(cases));
    require(auc.has_value(), "seeds", "a kind of case is missing");
    over.aucs.push_back(*auc);
    over.mean += *auc / count;
  }
  double squares = 0;
  for (const double auc : over.aucs) squares += (auc - over.mean) * (auc - over.mean);
  if (count < 2) return over;
  over.deviation = std::sqrt(squares / (count - 1));
  const auto j = jackknife(seeds);
  if (!j) return over;
  // The logit's slope takes the seeds' spread to its scale.
  const double middle = from_logit(j->logit), slope = 1 / (middle * (1 - middle));
  const double of_seeds = squares / (count - 1) / count * slope * slope, whole = j->variance + of_seeds;
  const double degrees =
      whole > 0
          ? whole * whole / (j->variance * j->variance / (j->groups - 1) + of_seeds * of_seeds / (count - 1))
          : 1;
  const double half = student_t_quantile(degrees, 1 - tail) * std::sqrt(whole);
  over.interval = Interval{from_logit(j->logit - half), from_logit(j->logit + half)};
  return over;
}

std::vector<Interval> bootstrap_true_positive_rates(const std::vector<GroupedCase>& cases,
                                                    const std::vector<double>& false_positive_rates,
                                                    std::int64_t draws, Random random) {
  const auto number = numbered_groups({cases});
  SortedCases sorted = sorted_cases(cases, number);
  std::vector<std::vector<double>> rates(false_positive_rates.size());
  std::vector<double> drawn(number.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    draw_groups(drawn, random);
    weigh(sorted, drawn);
    const auto reached = true_positive_rates_of_sorted(sorted.cases, false_positive_rates);
    for (std::size_t at = 0; at < reached.size(); ++at) rates[at].push_back(reached[at]);
  }
  std::vector<Interval> intervals;
  for (auto& at_rate : rates) {
    if (draws <= 0 || 2 * std::int64_t(at_rate.size()) <= draws) return {};
    intervals.push_back(middle_95(std::move(at_rate)));
  }
  return intervals;
}

std::vector<std::optional<double>> bootstrap_mean_aucs(const std::vector<std::vector<GroupedCase>>& sets,
                                                       std::int64_t draws, Random random) {
  const auto number = numbered_groups(sets);
  std::vector<SortedCases> sorted;
  for (const auto& cases : sets) sorted.push_back(sorted_cases(cases, number));
  std::vector<std::optional<double>> means;
  std::vector<double> drawn(number.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    draw_groups(drawn, random);
    std::vector<std::optional<double>> aucs;
    for (SortedCases& cases : sorted) {
      weigh(cases, drawn);
      aucs.push_back(auc_of_sorted(cases.cases));
    }
    means.push_back(mean_of_known(aucs));
  }
  return means;
}

std::optional<Interval> bootstrap_mean_auc(const std::vector<std::vector<GroupedCase>>& sets,
                                           std::int64_t draws, Random random) {
  std::vector<double> known;
  for (const auto& mean : bootstrap_mean_aucs(sets, draws, random))
    if (mean) known.push_back(*mean);
  if (draws <= 0 || 2 * std::int64_t(known.size()) <= draws) return std::nullopt;
  return middle_95(std::move(known));
}

std::optional<Interval> bootstrap_mean(const std::vector<double>& values, std::int64_t draws, Random random) {
  if (values.size() < 2 || draws <= 0) return std::nullopt;
  std::vector<double> means, drawn(values.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    draw_groups(drawn, random);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += drawn[i] * values[i];
    means.push_back(sum / double(values.size()));
  }
  return middle_95(std::move(means));
}

std::optional<Interval> bootstrap_auc(const std::vector<GroupedCase>& cases, std::int64_t draws,
                                      Random random) {
  return bootstrap_mean_auc({cases}, draws, random);
}

}  // namespace scrim
