#include "measures/scores.h"

#include <algorithm>

#include "base/error.h"

namespace scrim {
namespace {

void sort_by_score(std::vector<Scored>& cases) {
  std::stable_sort(cases.begin(), cases.end(),
                   [](const Scored& a, const Scored& b) { return a.score > b.score; });
}

double share(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

}  // namespace

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

std::optional<double> roc_auc(std::vector<Scored> cases) {
  sort_by_score(cases);
  return auc_of_sorted(cases);
}

std::optional<double> mean_of_known(const std::vector<std::optional<double>>& values) {
  double sum = 0;
  std::size_t known = 0;
  for (const auto& value : values)
    if (value) {
      sum += *value;
      ++known;
    }
  return known == 0 ? std::nullopt : std::optional(sum / double(known));
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

std::vector<double> true_positive_rates_of_sorted(const std::vector<Scored>& cases,
                                                  const std::vector<double>& false_positive_rates) {
  double positives = 0, negatives = 0;
  for (const Scored& c : cases) (c.positive ? positives : negatives) += c.weight;
  if (positives == 0 || negatives == 0) return {};
  std::vector<double> rates(false_positive_rates.size(), 0);
  double found = 0, wrong = 0;
  for (std::size_t i = 0; i < cases.size();) {
    for (const double score = cases[i].score; i < cases.size() && cases[i].score == score; ++i)
      (cases[i].positive ? found : wrong) += cases[i].weight;
    for (std::size_t at = 0; at < rates.size(); ++at)
      if (wrong / negatives <= false_positive_rates[at] + 1e-12) rates[at] = found / positives;
  }
  return rates;
}

std::optional<double> true_positive_rate_at(std::vector<Scored> cases, double false_positive_rate) {
  sort_by_score(cases);
  const auto rates = true_positive_rates_of_sorted(cases, {false_positive_rate});
  return rates.empty() ? std::nullopt : std::optional(rates.front());
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
