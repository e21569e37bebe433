#include "measures/intervals.h"

#include <algorithm>
#include <cmath>
#include <map>

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

/// The AUC's logit, kept half a pair away from 0 and 1; nothing when a kind is missing.
std::optional<double> logit_of_auc(const std::vector<Scored>& sorted) {
  const auto auc = auc_of_sorted(sorted);
  if (!auc) return std::nullopt;
  double positives = 0, negatives = 0;
  for (const Scored& c : sorted) (c.positive ? positives : negatives) += c.weight;
  const double least = 0.5 / (positives * negatives);
  const double inside = std::clamp(*auc, least, 1 - least);
  return std::log(inside / (1 - inside));
}

}  // namespace

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
  const auto number = numbered_groups({cases});
  SortedCases sorted = sorted_cases(cases, number);
  const auto whole = logit_of_auc(sorted.cases);
  if (!whole) return std::nullopt;
  std::vector<double> without, present(number.size(), 1);
  for (double& group : present) {
    group = 0;
    weigh(sorted, present);
    if (const auto logit = logit_of_auc(sorted.cases)) without.push_back(*logit);
    group = 1;
  }
  const auto count = double(without.size());
  if (count < 3) return std::nullopt;
  double mean = 0, squares = 0;
  for (const double logit : without) mean += logit / count;
  for (const double logit : without) squares += (logit - mean) * (logit - mean);
  const double half = student_t_quantile(count - 1, 1 - tail) * std::sqrt((count - 1) / count * squares);
  const auto auc = [](double logit) { return 1 / (1 + std::exp(-logit)); };
  return Interval{auc(*whole - half), auc(*whole + half)};
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
