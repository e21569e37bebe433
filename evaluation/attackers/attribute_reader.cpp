#include "evaluation/attackers/attribute_reader.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "films/finding_logits.h"
#include "training/tasks/train_classifier.h"

namespace scrim {
namespace {

constexpr int age_steps = 8;
constexpr double years_of_step = 10, age_within = 5;

double probability(float logit) {
  return 1 / (1 + std::exp(-double(logit)));
}

/// What somebody guesses who has no film: right for most of the films that he knows.
FilmLabels most_frequent(const LabelTable& labels, const std::vector<std::string>& films) {
  std::map<std::string, int> sexes, views;
  std::vector<double> ages;
  for (const auto& film : films) {
    if (!labels.contains(film)) continue;
    const FilmLabels& l = labels.of(film);
    if (!l.sex.empty()) ++sexes[l.sex];
    if (!l.view.empty()) ++views[l.view];
    if (l.age_years) ages.push_back(*l.age_years);
  }
  const auto top = [](const std::map<std::string, int>& counts) {
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? "" : most->first;
  };
  FilmLabels guess;
  guess.sex = top(sexes);
  guess.view = top(views);
  std::sort(ages.begin(), ages.end());
  std::ptrdiff_t right_of_best = -1;
  for (const double center : ages) {
    const auto right = std::count_if(ages.begin(), ages.end(),
                                     [&](double age) { return std::abs(age - center) <= age_within; });
    if (right <= right_of_best) continue;
    right_of_best = right;
    guess.age_years = center;
  }
  return guess;
}

/// The mean over patients of the share of a patient's films that count, of those that `is_right` knows about.
Trials trials(const std::vector<std::string>& patients,
              const std::function<std::optional<bool>(std::size_t film)>& is_right) {
  std::map<std::string, std::pair<double, double>> of_patient;
  for (std::size_t film = 0; film < patients.size(); ++film)
    if (const auto right = is_right(film)) {
      auto& [hits, films] = of_patient[patients[film]];
      hits += *right;
      ++films;
    }
  Trials all;
  for (const auto& [patient, counts] : of_patient) all.hits += counts.first / counts.second;
  all.count = double(of_patient.size());
  return all;
}

}  // namespace

AttributeColumns::AttributeColumns(const LabelTable& labels, const std::vector<std::string>& films) {
  const auto most_have = [&](auto&& has) {
    const auto count = std::count_if(films.begin(), films.end(), [&](const std::string& film) {
      return labels.contains(film) && has(labels.of(film));
    });
    return 2 * count > std::ptrdiff_t(films.size());
  };
  sex = most_have([](const FilmLabels& l) { return !l.sex.empty(); });
  view = most_have([](const FilmLabels& l) { return !l.view.empty(); });
  age = most_have([](const FilmLabels& l) { return l.age_years.has_value(); });
}

std::vector<std::string> AttributeColumns::outputs() const {
  std::vector<std::string> names;
  if (sex) names.push_back("male");
  if (view) names.push_back("PA");
  for (int step = 1; age && step <= age_steps; ++step)
    names.push_back(fmt::format("older than {}", step * years_of_step));
  return names;
}

bool AttributeColumns::are_known(const LabelTable& labels, const std::string& film) const {
  if (!labels.contains(film)) return false;
  const FilmLabels& l = labels.of(film);
  return !(sex && l.sex.empty()) && !(view && l.view.empty()) && !(age && !l.age_years);
}

Tensor AttributeColumns::targets(const LabelTable& labels, const std::vector<std::string>& films) const {
  std::vector<float> values;
  for (const auto& film : films) {
    const FilmLabels& l = labels.of(film);
    if (sex) values.push_back(l.sex == "M");
    if (view) values.push_back(l.view == "PA");
    for (int step = 1; age && step <= age_steps; ++step)
      values.push_back(*l.age_years > step * years_of_step);
  }
  return Tensor::from<float>({std::int64_t(films.size()), std::int64_t(outputs().size())}, values);
}

AttributeReader::AttributeReader(const std::string& weights, const AttributeColumns& columns)
    : columns_(columns), network_(load_classifier(weights)) {}

std::vector<ReadAttributes> AttributeReader::read(const FilmSet& films) const {
  const Tensor logits = film_logits(*network_.network, films);
  const std::int64_t width = logits.size(1);
  std::vector<ReadAttributes> all;
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const float* row = logits.data<float>().data() + i * width;
    ReadAttributes read;
    if (columns_.sex) read.male = probability(*row++);
    if (columns_.view) read.pa = probability(*row++);
    // The middle of the ten years that hold the age, as far as it is known.
    read.age_years = years_of_step / 2;
    for (int step = 0; columns_.age && step < age_steps; ++step)
      read.age_years += years_of_step * probability(*row++);
    all.push_back(read);
  }
  return all;
}

DifferenceAttacker::Rows AttributeReader::rows() const {
  return [this](const FilmSet& films, FilmKind) {
    std::vector<DifferenceAttacker::Row> rows;
    for (const ReadAttributes& read : read(films)) {
      DifferenceAttacker::Row row;
      if (columns_.sex) row.push_back(read.male);
      if (columns_.view) row.push_back(read.pa);
      if (columns_.age) row.push_back(read.age_years / years_of_step);
      rows.push_back(std::move(row));
    }
    return rows;
  };
}

std::vector<Inference> inferences(const AttributeReader& reader, const FilmSet& films,
                                  const std::vector<std::string>& patients, const LabelTable& labels,
                                  const std::vector<std::string>& guesses_from) {
  const auto read = reader.read(films);
  const FilmLabels guess = most_frequent(labels, guesses_from);
  std::vector<Inference> all;
  // is_right(what the table says, what is answered): nothing where the table says nothing.
  const auto add = [&](const char* attribute, auto&& from_film, auto&& without_film) {
    const auto count = [&](auto&& is_right) {
      return trials(patients, [&](std::size_t i) -> std::optional<bool> {
        return labels.contains(films.names()[i]) ? is_right(labels.of(films.names()[i]), i) : std::nullopt;
      });
    };
    const Trials with = count(from_film), without = count(without_film);
    all.push_back({attribute, wilson(with), wilson(without), risk(with, without)});
  };
  using Right = std::optional<bool>;
  const auto either = [](const std::string& known, const std::string& answer) {
    return known.empty() ? Right{} : Right{known == answer};
  };
  const auto near = [](const FilmLabels& l, double years) {
    return l.age_years ? Right{std::abs(*l.age_years - years) <= age_within} : Right{};
  };
  if (reader.columns().sex)
    add(
        "sex",
        [&](const FilmLabels& l, std::size_t i) { return either(l.sex, read[i].male > 0.5 ? "M" : "F"); },
        [&](const FilmLabels& l, std::size_t) { return either(l.sex, guess.sex); });
  if (reader.columns().view)
    add(
        "view",
        [&](const FilmLabels& l, std::size_t i) { return either(l.view, read[i].pa > 0.5 ? "PA" : "AP"); },
        [&](const FilmLabels& l, std::size_t) { return either(l.view, guess.view); });
  if (reader.columns().age && guess.age_years)
    add(
        "age within 5 years", [&](const FilmLabels& l, std::size_t i) { return near(l, read[i].age_years); },
        [&](const FilmLabels& l, std::size_t) { return near(l, *guess.age_years); });
  return all;
}

}  // namespace scrim
