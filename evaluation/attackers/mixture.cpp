#include "evaluation/attackers/mixture.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "measures/logistic.h"

namespace scrim {
namespace {

constexpr double ridge = 1e-2;
constexpr int fit_parts = 5;

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

/// A part from 0 for each film, the same for all films of a patient.
std::vector<int> parts_of_patients(const IdentityTest& test) {
  std::map<std::string, int> part_of;
  std::vector<int> parts;
  for (const auto& patient : test.patients())
    parts.push_back(part_of.emplace(patient, int(part_of.size()) % fit_parts).first->second);
  return parts;
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
  // Patients in five parts: what the mixture says of a validation pair comes from a fit without its patients' parts.
  const auto parts_of = parts_of_patients(valid);
  const auto pairs = valid.stranger_pairs(false);
  const auto fit = [&](std::optional<std::pair<int, int>> without) -> std::optional<LogisticRegression> {
    std::vector<std::vector<double>> rows;
    std::vector<bool> same;
    for (const IndexedPair& pair : pairs) {
      const auto is_out = [&](std::int64_t film) {
        const int part = parts_of[std::size_t(film)];
        return without && (part == without->first || part == without->second);
      };
      if (is_out(pair.first) || is_out(pair.second)) continue;
      rows.push_back(row_at(&Family::valid, place_of(pair, valid)));
      same.push_back(pair.same_patient);
    }
    const auto of_one = std::count(same.begin(), same.end(), true);
    if (of_one == 0 || of_one == std::int64_t(same.size())) return std::nullopt;
    return LogisticRegression(rows, same, ridge);
  };
  const auto whole = fit({});
  if (!whole) return std::nullopt;
  const LogisticRegression& regression = *whole;
  std::map<std::pair<int, int>, LogisticRegression> without;
  for (int a = 0; a < fit_parts; ++a)
    for (int b = a; b < fit_parts; ++b)
      without.emplace(std::pair(a, b), fit(std::pair(a, b)).value_or(regression));

  Joined joined;
  for (std::size_t i = 0; i < families.size(); ++i)
    joined.weights +=
        fmt::format("{}{} {:.2f}", i == 0 ? "" : ", ", families[i].name, regression.weights()[i]);
  const std::size_t films = valid.films().size();
  for (std::size_t i = 0; i < films * films; ++i) {
    const auto [low, high] = std::minmax(parts_of[i / films], parts_of[i % films]);
    joined.valid.push_back(float(without.at({low, high})(row_at(&Family::valid, i))));
  }
  for (std::size_t i = 0; i < families.front().test.size(); ++i)
    joined.test.push_back(float(regression(row_at(&Family::test, i))));
  return joined;
}

}  // namespace scrim
