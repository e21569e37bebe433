#include "measures/scores.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace scrim {
namespace {

void sort_by_score(std::vector<Scored>& cases) {
  std::stable_sort(cases.begin(), cases.end(),
                   [](const Scored& a, const Scored& b) { return a.score > b.score; });
}

/// The AUC of cases that are sorted from the highest score down.
std::optional<double> auc_of_sorted(const std::vector<Scored>& cases) {
  double positives = 0, negatives = 0, area = 0;
  for (std::size_t i = 0; i < cases.size();) {
    double tied_positives = 0, tied_negatives = 0;
    for (const double score = cases[i].score; i < cases.size() && cases[i].score == score; ++i)
      (cases[i].positive ? tied_positives : tied_negatives) += cases[i].weight;
    area += tied_negatives * (positives + tied_positives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return area / (positives * negatives);
}

double share(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

}  // namespace

std::optional<double> roc_auc(std::vector<Scored> cases) {
  sort_by_score(cases);
  return auc_of_sorted(cases);
}

std::vector<RocPoint> roc_curve(std::vector<Scored> cases) {
  sort_by_score(cases);
  double positives = 0, negatives = 0;
  for (const Scored& c : cases) (c.positive ? positives : negatives) += c.weight;
  double found = 0, wrong = 0;
  std::vector<RocPoint> curve{{0, 0, cases.empty() ? 0 : cases.front().score}};
  for (std::size_t i = 0; i < cases.size();) {
    const double score = cases[i].score;
    for (; i < cases.size() && cases[i].score == score; ++i)
      (cases[i].positive ? found : wrong) += cases[i].weight;
    curve.push_back({share(wrong, negatives), share(found, positives), score});
  }
  return curve;
}

double Confusion::accuracy() const {
  return share(true_positive + true_negative,
               true_positive + false_positive + true_negative + false_negative);
}
double Confusion::precision() const {
  return share(true_positive, true_positive + false_positive);
}
double Confusion::recall() const {
  return share(true_positive, true_positive + false_negative);
}
double Confusion::f1() const {
  return share(2 * true_positive, 2 * true_positive + false_positive + false_negative);
}

Confusion confusion_at(const std::vector<Scored>& cases, double threshold) {
  Confusion c;
  for (const Scored& s : cases) {
    const bool called = s.score >= threshold;
    (s.positive ? (called ? c.true_positive : c.false_negative)
                : (called ? c.false_positive : c.true_negative)) += s.weight;
  }
  return c;
}

namespace {

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

Interval middle_95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) { return values[std::size_t(q * double(values.size() - 1) + 0.5)]; };
  return {quantile(0.025), quantile(0.975)};
}

/// The highest true positive rate at each of `places` false positive rates from 0 to 1; empty when a kind is
/// missing.
std::vector<double> roc_of_sorted(const std::vector<Scored>& cases, std::size_t places) {
  double positives = 0, negatives = 0;
  for (const Scored& c : cases) (c.positive ? positives : negatives) += c.weight;
  if (positives == 0 || negatives == 0) return {};
  std::vector<double> rates(places, 0);
  double found = 0, wrong = 0;
  for (std::size_t i = 0; i < cases.size();) {
    for (const double score = cases[i].score; i < cases.size() && cases[i].score == score; ++i)
      (cases[i].positive ? found : wrong) += cases[i].weight;
    for (std::size_t place = 0; place < places; ++place)
      if (wrong / negatives <= double(place) / double(places - 1) + 1e-12) rates[place] = found / positives;
  }
  return rates;
}

}  // namespace

std::vector<Interval> bootstrap_roc(const std::vector<GroupedCase>& cases, std::int64_t draws,
                                    Random random) {
  constexpr std::size_t places = 21;
  const auto number = numbered_groups({cases});
  SortedCases sorted = sorted_cases(cases, number);
  std::vector<std::vector<double>> rates(places);
  std::vector<double> drawn(number.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    draw_groups(drawn, random);
    weigh(sorted, drawn);
    const auto roc = roc_of_sorted(sorted.cases, places);
    for (std::size_t place = 0; place < roc.size(); ++place) rates[place].push_back(roc[place]);
  }
  if (draws <= 0 || 2 * std::int64_t(rates[0].size()) <= draws) return {};
  std::vector<Interval> intervals;
  for (auto& at_place : rates) intervals.push_back(middle_95(std::move(at_place)));
  return intervals;
}

std::optional<Interval> bootstrap_mean_auc(const std::vector<std::vector<GroupedCase>>& sets,
                                           std::int64_t draws, Random random) {
  const auto number = numbered_groups(sets);
  std::vector<SortedCases> sorted;
  for (const auto& cases : sets) sorted.push_back(sorted_cases(cases, number));
  std::vector<double> means, drawn(number.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    draw_groups(drawn, random);
    double sum = 0, known = 0;
    for (SortedCases& cases : sorted) {
      weigh(cases, drawn);
      if (const auto auc = auc_of_sorted(cases.cases)) {
        sum += *auc;
        ++known;
      }
    }
    if (known > 0) means.push_back(sum / known);
  }
  if (draws <= 0 || 2 * std::int64_t(means.size()) <= draws) return std::nullopt;
  return middle_95(std::move(means));
}

std::optional<Interval> bootstrap_auc(const std::vector<GroupedCase>& cases, std::int64_t draws,
                                      Random random) {
  return bootstrap_mean_auc({cases}, draws, random);
}

Retrieval retrieval(const std::vector<std::vector<double>>& scores,
                    const std::vector<std::string>& patients) {
  const std::size_t films = patients.size();
  require(scores.size() == films, "retrieval", "{} rows of scores came for {} films", scores.size(), films);
  Retrieval result;
  for (std::size_t i = 0; i < films; ++i) {
    require(scores[i].size() == films, "retrieval", "row {} has {} scores, expected {}", i, scores[i].size(),
            films);
    std::vector<std::size_t> ranked;
    std::size_t relevant = 0;
    for (std::size_t j = 0; j < films; ++j)
      if (j != i) {
        ranked.push_back(j);
        relevant += patients[j] == patients[i];
      }
    if (relevant == 0) continue;
    std::stable_sort(ranked.begin(), ranked.end(),
                     [&](std::size_t a, std::size_t b) { return scores[i][a] > scores[i][b]; });
    double sum = 0;
    std::size_t found = 0;
    for (std::size_t rank = 0; rank < relevant; ++rank)
      if (patients[ranked[rank]] == patients[i]) sum += double(++found) / double(rank + 1);
    ++result.queries;
    result.precision_at_1 += patients[ranked.front()] == patients[i];
    result.map_at_r += sum / double(relevant);
  }
  if (result.queries > 0) {
    result.precision_at_1 /= double(result.queries);
    result.map_at_r /= double(result.queries);
  }
  return result;
}

}  // namespace scrim
