#include "evaluation/attackers/mixture.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "measures/logistic.h"

namespace scrim {
namespace {

constexpr double ridge = 1e-2;

/// Scores of the attackers of one family, standardized on the validation's strangers, their mean.
struct Family {
  std::string name;
  std::vector<double> valid, test;
  double attackers = 0;
};

std::size_t place_of(const IndexedPair& pair, const IdentityTest& test) {
  return std::size_t(pair.first) * test.films().size() + std::size_t(pair.second);
}

void add(Family& family, const MixedScores& part, const IdentityTest& valid) {
  double count = 0, sum = 0, squares = 0;
  for (const IndexedPair& pair : valid.stranger_pairs(false))
    if (!pair.same_patient) {
      const double score = part.valid[place_of(pair, valid)];
      ++count;
      sum += score;
      squares += score * score;
    }
  const double mean = count > 0 ? sum / count : 0;
  const double variance = count > 0 ? squares / count - mean * mean : 0;
  const double deviation = variance > 0 ? std::sqrt(variance) : 1;
  const auto take = [&](std::vector<double>& to, const std::vector<float>& from) {
    to.resize(from.size(), 0);
    for (std::size_t i = 0; i < from.size(); ++i) to[i] += (from[i] - mean) / deviation;
  };
  take(family.valid, part.valid);
  take(family.test, part.test);
  ++family.attackers;
}

}  // namespace

std::optional<Joined> mixed_scores(const std::vector<MixedScores>& parts, const IdentityTest& valid) {
  std::vector<Family> families;
  for (const MixedScores& part : parts) {
    auto family = std::find_if(families.begin(), families.end(),
                               [&](const Family& f) { return f.name == part.family; });
    if (family == families.end()) family = families.insert(families.end(), {part.family, {}, {}, 0});
    add(*family, part, valid);
  }
  for (Family& family : families)
    for (auto* scores : {&family.valid, &family.test})
      for (double& score : *scores) score /= family.attackers;
  if (families.size() < 2) return std::nullopt;

  const auto row_at = [&](std::vector<double> Family::*side, std::size_t at) {
    std::vector<double> row;
    for (const Family& family : families) row.push_back((family.*side)[at]);
    return row;
  };
  std::vector<std::vector<double>> rows;
  std::vector<bool> same;
  for (const IndexedPair& pair : valid.stranger_pairs(false)) {
    rows.push_back(row_at(&Family::valid, place_of(pair, valid)));
    same.push_back(pair.same_patient);
  }
  if (std::count(same.begin(), same.end(), true) == 0 || std::count(same.begin(), same.end(), false) == 0)
    return std::nullopt;
  const LogisticRegression regression(rows, same, ridge);

  Joined joined;
  for (std::size_t i = 0; i < families.size(); ++i)
    joined.weights +=
        fmt::format("{}{} {:.2f}", i == 0 ? "" : ", ", families[i].name, regression.weights()[i]);
  for (std::size_t i = 0; i < families.front().valid.size(); ++i)
    joined.valid.push_back(float(regression(row_at(&Family::valid, i))));
  for (std::size_t i = 0; i < families.front().test.size(); ++i)
    joined.test.push_back(float(regression(row_at(&Family::test, i))));
  return joined;
}

}  // namespace scrim
