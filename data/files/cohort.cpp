#include "data/files/cohort.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/problem_list.h"
#include "base/strings.h"
#include "tensor/random.h"

namespace scrim {
namespace {

constexpr std::size_t most_pairs_of_a_patient = 10;

}  // namespace

std::string film_name(std::int64_t patient, std::int64_t follow_up) {
  return fmt::format("{:08}_{:03}.png", patient, follow_up);
}

Splits split_by_patient(const FilmsByPatient& films, std::uint64_t seed) {
  std::vector<std::string> patients;
  for (const auto& [patient, names] : films) patients.push_back(patient);
  Random random(seed, "split");
  shuffle(patients, random);
  const std::size_t train = (patients.size() * 7 + 5) / 10, valid = (patients.size() + 5) / 10;
  Splits splits;
  for (std::size_t i = 0; i < patients.size(); ++i) {
    auto& part = i < train ? splits.train : i < train + valid ? splits.valid : splits.test;
    const auto& names = films.at(patients[i]);
    part.insert(part.end(), names.begin(), names.end());
  }
  for (auto* part : {&splits.train, &splits.valid, &splits.test}) std::sort(part->begin(), part->end());
  return splits;
}

Splits split_by_film(std::vector<std::string> films, std::uint64_t seed) {
  Random random(seed, "split by film");
  shuffle(films, random);
  const auto train = films.begin() + std::ptrdiff_t(films.size() * 90 / 100),
             valid = films.begin() + std::ptrdiff_t(films.size() * 95 / 100);
  return {{films.begin(), train}, {train, valid}, {valid, films.end()}};
}

std::vector<Pair> make_pairs(const FilmsByPatient& films, std::uint64_t seed) {
  Random random(seed, "pairs");
  std::vector<Pair> same;
  std::map<std::string, std::string> patient_of;
  for (const auto& [patient, names] : films) {
    for (const auto& name : names) patient_of[name] = patient;
    std::vector<Pair> own;
    for (std::size_t i = 0; i < names.size(); ++i)
      for (std::size_t j = i + 1; j < names.size(); ++j)
        own.push_back(random.below(2) ? Pair{names[i], names[j], true} : Pair{names[j], names[i], true});
    shuffle(own, random);
    own.resize(std::min(own.size(), most_pairs_of_a_patient));
    same.insert(same.end(), own.begin(), own.end());
  }
  std::vector<std::string> seconds;
  for (const Pair& pair : same) seconds.push_back(pair.second);
  shuffle(seconds, random);

  std::vector<Pair> pairs = same;
  std::set<std::pair<std::string, std::string>> taken;
  for (std::size_t i = 0; i < same.size(); ++i) {
    // The next partner of another patient that is not paired with this film yet; none may be left in a tiny
    // cohort.
    for (std::size_t j = i; j < seconds.size(); ++j) {
      if (patient_of[seconds[j]] == patient_of[same[i].first] || taken.contains({same[i].first, seconds[j]}))
        continue;
      std::swap(seconds[i], seconds[j]);
      taken.insert({same[i].first, seconds[i]});
      pairs.push_back({same[i].first, seconds[i], false});
      break;
    }
  }
  return pairs;
}

void write_splits(const std::filesystem::path& folder, const FilmsByPatient& films, std::uint64_t seed) {
  std::map<std::string, std::string> patient_of;
  for (const auto& [patient, names] : films)
    for (const auto& name : names) patient_of[name] = patient;
  for (const char* part : {"splits", "pairs"}) {
    std::error_code error;
    std::filesystem::create_directories(folder / part, error);
    require(!error, "split", "{} cannot be made: {}", (folder / part).string(), error.message());
  }
  const Splits splits = split_by_patient(films, seed);
  const auto write_part = [&](const std::string& part, const std::vector<std::string>& names) {
    FilmsByPatient own;
    for (const auto& name : names) own[patient_of.at(name)].push_back(name);
    write_list(folder / "splits" / (part + ".txt"), names);
    write_pairs(folder / "pairs" / (part + ".txt"), make_pairs(own, seed));
  };
  write_part("train", splits.train);
  write_part("valid", splits.valid);
  write_part("test", splits.test);
}

void write_lists(const std::filesystem::path& folder, const Splits& splits) {
  const std::pair<const char*, const std::vector<std::string>*> parts[] = {
      {"train.txt", &splits.train}, {"valid.txt", &splits.valid}, {"test.txt", &splits.test}};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require(!error, "split", "{} cannot be made: {}", folder.string(), error.message());
  for (const auto& [name, names] : parts)
    require(!std::filesystem::exists(folder / name), "split", "{} is there already",
            (folder / name).string());
  for (const auto& [name, names] : parts) write_list(folder / name, *names);
}

void write_list(const std::filesystem::path& path, const std::vector<std::string>& names) {
  write_file(path, fmt::format("{}{}", fmt::join(names, "\n"), names.empty() ? "" : "\n"));
}

void write_pairs(const std::filesystem::path& path, const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs)
    text += fmt::format("{} {} {}\n", pair.first, pair.second, pair.same_patient ? 1 : 0);
  write_file(path, text);
}

namespace {

bool is_film_name(const std::string& name) {
  return !name.empty() && name.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
}

/// Calls visit(line, number from 1) for every line of a text file.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) visit(std::string(line), ++number);
}

}  // namespace

std::vector<std::string> read_list(const std::filesystem::path& path) {
  return parse_list(read_file(path, 64 << 20), path.string());
}

std::vector<Pair> read_pairs(const std::filesystem::path& path) {
  return parse_pairs(read_file(path, 64 << 20), path.string());
}

std::vector<std::string> parse_list(std::string_view text, const std::string& list) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for_each_line(text, [&](const std::string& name, std::size_t line) {
    require(is_film_name(name), list, "line {} is no file name", line);
    require(seen.insert(name).second, list, "line {} repeats a name", line);
    names.push_back(name);
  });
  return names;
}

std::vector<Pair> parse_pairs(std::string_view text, const std::string& list) {
  std::vector<Pair> pairs;
  ProblemList problems(list);
  for_each_line(text, [&](const std::string& line, std::size_t number) {
    const auto fields = split_words(line);
    const std::string_view label = fields.size() == 3 ? fields[2] : "";
    const bool same = label == "1" || label == "1.0";
    if ((same || label == "0" || label == "0.0") && is_film_name(std::string(fields[0])) &&
        is_film_name(std::string(fields[1])))
      pairs.push_back({std::string(fields[0]), std::string(fields[1]), same});
    else
      problems.add(fmt::format("line {} is not \"FILM FILM 0\" or \"FILM FILM 1\"", number));
  });
  if (pairs.empty() && problems.empty()) problems.add("names no pair");
  problems.throw_if_any();
  return pairs;
}

}  // namespace scrim
