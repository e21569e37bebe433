#include "data/files/film_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/problem_list.h"
#include "base/strings.h"

namespace scrim {
namespace {

/// The fields of a line; a field in double quotes may hold commas (RFC 4180).
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

std::optional<std::size_t> column(const std::vector<std::string>& header,
                                  std::initializer_list<std::string_view> names) {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (std::find(names.begin(), names.end(), header[i]) != names.end()) return i;
  return std::nullopt;
}

/// Years from "58", "58.5", "058Y" or "006M" (NIH's first table; DICOM's age string); nothing for another text.
std::optional<double> age_of(std::string_view text) {
  double unit = 1;
  constexpr std::pair<char, double> units[] = {
      {'Y', 1}, {'M', 1.0 / 12}, {'W', 7 / 365.25}, {'D', 1 / 365.25}};
  for (const auto& [letter, years] : units)
    if (text.back() == letter) {
      unit = years;
      text.remove_suffix(1);
      break;
    }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 0 ? std::optional(number * unit) : std::nullopt;
}

}  // namespace

LabelTable::LabelTable(const std::filesystem::path& path) : name_(path.string()) {
  parse(read_file(path, 256 << 20));
}

LabelTable::LabelTable(std::string_view text, const std::string& name) : name_(name) {
  parse(text);
}

void LabelTable::parse(std::string_view text) {
  ProblemList problems(name_);
  std::optional<std::size_t> image, findings, patient, view, sex, age;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    const auto fields = fields_of(line);
    if (++number == 1) {
      image = column(fields, {"Image Index", "image"});
      findings = column(fields, {"Finding Labels", "findings"});
      patient = column(fields, {"Patient ID", "patient"});
      view = column(fields, {"View Position", "view"});
      sex = column(fields, {"Patient Gender", "Patient Sex", "sex"});
      age = column(fields, {"Patient Age", "age"});
      require(image && findings, name_,
              "the first line has no columns \"Image Index\" and \"Finding Labels\" (or image and findings)");
      continue;
    }
    if (line.empty()) continue;
    const auto field = [&](const std::optional<std::size_t>& at) { return at ? fields[*at] : std::string(); };
    if (fields.size() <= std::max({*image, *findings, patient.value_or(0), view.value_or(0), sex.value_or(0),
                                   age.value_or(0)})) {
      problems.add(fmt::format("line {} has too few fields ({})", number, fields.size()));
      continue;
    }
    FilmLabels labels{{}, field(patient), field(view), field(sex), {}};
    if (const std::string text = field(age); !text.empty()) {
      labels.age_years = age_of(text);
      if (!labels.age_years)
        problems.add(fmt::format("line {} has the age \"{}\", expected years", number, text));
    }
    auto listed = split(fields[*findings], '|');
    if (listed.back().empty()) listed.pop_back();  // no finding, or a bar at the end
    for (const std::string_view part : listed) {
      const std::string finding(part);
      if (finding == "No Finding") continue;
      const auto known = std::find(finding_names.begin(), finding_names.end(), finding);
      if (known == finding_names.end()) {
        const std::string near = nearest_spelling(finding, {finding_names.begin(), finding_names.end()});
        problems.add(fmt::format("line {} has the unknown finding \"{}\"{}", number, finding,
                                 near.empty() ? "" : fmt::format(", did you mean {}?", near)));
      } else {
        labels.findings[std::size_t(known - finding_names.begin())] = true;
      }
    }
    if (!films_.emplace(fields[*image], labels).second)
      problems.add(fmt::format("line {} repeats the film {}", number, fields[*image]));
  }
  if (films_.empty() && problems.empty()) problems.add("names no film");
  problems.throw_if_any();
}

const FilmLabels& LabelTable::of(const std::string& film) const {
  const auto entry = films_.find(film);
  require(entry != films_.end(), name_, "has no line for the film {}", film);
  return entry->second;
}

std::string LabelTable::patient_of(const std::string& film) const {
  const auto entry = films_.find(film);
  return entry == films_.end() || entry->second.patient.empty() ? patient_of_name(film)
                                                                : entry->second.patient;
}

bool LabelTable::has(std::string_view column) const {
  return std::any_of(films_.begin(), films_.end(), [&](const auto& entry) {
    const FilmLabels& film = entry.second;
    if (column == "age") return film.age_years.has_value();
    return !(column == "patient" ? film.patient : column == "view" ? film.view : film.sex).empty();
  });
}

void LabelTable::require_all(const std::vector<std::string>& names) const {
  ProblemList problems(name_);
  for (const auto& name : names)
    if (!contains(name)) problems.add(fmt::format("has no line for the film {}", name));
  problems.throw_if_any();
}

std::string patient_of_name(std::string_view film) {
  const bool fits = film.size() > 9 && film[8] == '_' &&
                    std::all_of(film.begin(), film.begin() + 8, [](char c) { return c >= '0' && c <= '9'; });
  return fits ? std::string(film.substr(0, 8)) : "";
}

}  // namespace scrim
