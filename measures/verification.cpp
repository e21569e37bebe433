#include "measures/verification.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"

namespace scrim {
namespace {

constexpr double shown_deviations = 1.96 + 0.84;  // found with 80 % at 5 %
constexpr double headline_rates[] = {0.01, 0.001, 0.0001};

std::optional<double> equal_error_rate(const std::vector<RocPoint>& curve) {
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const auto gap = [&](const RocPoint& p) { return p.false_positive_rate - (1 - p.true_positive_rate); };
    const double before = gap(curve[i - 1]), after = gap(curve[i]);
    if (after < 0) continue;
    const double share = after == before ? 0 : -before / (after - before);
    return curve[i - 1].false_positive_rate +
           share * (curve[i].false_positive_rate - curve[i - 1].false_positive_rate);
  }
  return std::nullopt;
}

/// The rates at these places with their intervals, in one go.
std::vector<RateAt> rates_at(const std::vector<GroupedCase>& pairs, const std::vector<double>& places,
                             const VerificationFigures& known, std::int64_t draws, const Random& random) {
  std::vector<Scored> sorted;
  std::set<std::string> patients_of_one;
  for (const GroupedCase& pair : pairs) {
    sorted.push_back(pair.scored);
    if (pair.scored.positive) patients_of_one.insert(pair.first_group);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Scored& a, const Scored& b) { return a.score > b.score; });
  const auto reached = true_positive_rates_of_sorted(sorted, places);
  const auto intervals = bootstrap_true_positive_rates(pairs, places, draws, random);
  std::vector<RateAt> rates;
  for (std::size_t i = 0; i < places.size(); ++i) {
    RateAt rate{places[i], {}, {}};
    if (!reached.empty() && double(known.pairs_of_two) * places[i] >= 1 - 1e-9) {
      rate.true_positive_rate = reached[i];
      // Where nothing was hit, samples of patients show no spread. Pairs of one patient are not independent, patients are.
      if (reached[i] == 0)
        rate.interval = exact_share_interval(0, std::int64_t(patients_of_one.size()));
      else if (!intervals.empty())
        rate.interval = intervals[i];
    }
    rates.push_back(rate);
  }
  return rates;
}

}  // namespace

std::vector<double> roc_places() {
  std::vector<double> places;
  for (int i = 0; i <= 32; ++i) places.push_back(std::pow(10.0, -4 + i / 8.0));
  return places;
}

VerificationFigures verification_figures(const std::vector<GroupedCase>& pairs, std::int64_t draws,
                                         Random random) {
  VerificationFigures figures;
  std::set<std::string> patients;
  std::vector<Scored> plain;
  for (const GroupedCase& pair : pairs) {
    ++(pair.scored.positive ? figures.pairs_of_one : figures.pairs_of_two);
    patients.insert(pair.first_group);
    patients.insert(pair.second_group);
    plain.push_back(pair.scored);
  }
  figures.patients = std::int64_t(patients.size());
  figures.auc = roc_auc(plain);
  figures.interval = jackknife_auc(pairs);
  if (figures.auc) figures.equal_error_rate = equal_error_rate(roc_curve(plain));
  std::vector<double> places = roc_places();
  const std::size_t curve = places.size();
  places.insert(places.end(), std::begin(headline_rates), std::end(headline_rates));
  const auto rates = rates_at(pairs, places, figures, draws, random);
  figures.roc.assign(rates.begin(), rates.begin() + std::ptrdiff_t(curve));
  figures.rates.assign(rates.begin() + std::ptrdiff_t(curve), rates.end());
  return figures;
}

std::optional<Difference> paired_auc_difference(const std::vector<GroupedCase>& first,
                                                const std::vector<GroupedCase>& second, std::int64_t draws,
                                                Random random) {
  return paired_mean_auc_difference({first}, {second}, draws, random);
}

std::optional<Difference> paired_mean_auc_difference(const std::vector<std::vector<GroupedCase>>& first,
                                                     const std::vector<std::vector<GroupedCase>>& second,
                                                     std::int64_t draws, Random random) {
  require(first.size() == second.size(), "paired difference", "{} sets came beside {}", second.size(),
          first.size());
  for (std::size_t set = 0; set < first.size(); ++set)
    require(first[set].size() == second[set].size(), "paired difference", "{} cases came beside {}",
            second[set].size(), first[set].size());
  const auto mean = [](const std::vector<std::vector<GroupedCase>>& sets) {
    std::vector<std::optional<double>> aucs;
    for (const auto& cases : sets) aucs.push_back(roc_auc(ungrouped(cases)));
    return mean_of_known(aucs);
  };
  const auto before = mean(first), after = mean(second);
  // Draws depend on `random` and the groups alone, so both lists hold the same samples in the same order.
  const auto drawn_before = bootstrap_mean_aucs(first, draws, random),
             drawn_after = bootstrap_mean_aucs(second, draws, random);
  if (!before || !after) return std::nullopt;
  std::vector<double> differences;
  double below = 0, above = 0;
  for (std::size_t i = 0; i < drawn_before.size(); ++i)
    if (drawn_before[i] && drawn_after[i]) {
      differences.push_back(*drawn_after[i] - *drawn_before[i]);
      below += differences.back() <= 0;
      above += differences.back() >= 0;
    }
  if (draws <= 0 || 2 * std::int64_t(differences.size()) <= draws) return std::nullopt;
  const auto count = double(differences.size());
  double center = 0, squares = 0;
  for (const double difference : differences) center += difference / count;
  for (const double difference : differences) squares += (difference - center) * (difference - center);
  return Difference{*after - *before, middle_95(differences),
                    shown_deviations * std::sqrt(squares / std::max(1.0, count - 1)),
                    std::clamp(2 * std::min(below, above) / count, 1 / count, 1.0)};
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    highest = std::max(highest, std::min(1.0, double(order.size() - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = highest;
  }
  return adjusted;
}

}  // namespace scrim
