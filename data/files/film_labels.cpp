#include "data/files/film_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/problem_list.h"
#include "base/strings.h"
#include "data/files/csv.h"

namespace scrim {
namespace {

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
  const auto number = parse_number(text);
  return number && *number >= 0 ? std::optional(*number * unit) : std::nullopt;
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
  std::optional<std::size_t> image, findings, patient, view, sex, age, width_mm, height_mm, columns, rows,
      spacing_x, spacing_y, source;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    const auto fields = csv_fields(line);
    if (++number == 1) {
      image = csv_column(fields, {"Image Index", "image"});
      findings = csv_column(fields, {"Finding Labels", "findings"});
      patient = csv_column(fields, {"Patient ID", "patient"});
      view = csv_column(fields, {"View Position", "view"});
      sex = csv_column(fields, {"Patient Gender", "Patient Sex", "sex"});
      age = csv_column(fields, {"Patient Age", "age"});
      width_mm = csv_column(fields, {"width_mm"});
      height_mm = csv_column(fields, {"height_mm"});
      // NIH's header splits "OriginalImage[Width,Height]" and "OriginalImagePixelSpacing[x,y]" in two.
      columns = csv_column(fields, {"OriginalImage[Width", "OriginalImageWidth", "width"});
      rows = csv_column(fields, {"Height]", "OriginalImageHeight", "height"});
      source = csv_column(fields, {"source"});
      spacing_x = csv_column(fields, {"OriginalImagePixelSpacing[x", "OriginalImagePixelSpacing_x"});
      spacing_y = csv_column(fields, {"y]", "OriginalImagePixelSpacing_y"});
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
    FilmLabels labels;
    labels.patient = field(patient);
    labels.view = field(view);
    labels.sex = field(sex);
    if (source && *source < fields.size()) labels.source = fields[*source];
    const auto size = [&](const std::optional<std::size_t>& at) -> std::optional<double> {
      if (!at || *at >= fields.size() || fields[*at].empty()) return std::nullopt;
      const auto value = parse_number(fields[*at]);
      if (value && *value > 0) return value;
      problems.add(
          fmt::format("line {} has the size \"{}\", expected a number above 0", number, fields[*at]));
      return std::nullopt;
    };
    labels.width_mm = size(width_mm);
    labels.height_mm = size(height_mm);
    const auto across = size(columns), down = size(rows), mm_across = size(spacing_x),
               mm_down = size(spacing_y);
    if (across && down) labels.size = fields[*columns] + "x" + fields[*rows];
    if (!labels.width_mm && across && mm_across) labels.width_mm = *across * *mm_across;
    if (!labels.height_mm && down && mm_down) labels.height_mm = *down * *mm_down;
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

void LabelTable::add(const std::string& film, const FilmLabels& labels) {
  require(films_.emplace(film, labels).second, name_, "has the film {} already", film);
}

LabelTable LabelTable::changed(const std::function<FilmLabels(const FilmLabels&)>& change) const {
  LabelTable table = *this;
  for (auto& [film, labels] : table.films_) labels = change(labels);
  return table;
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
    return !(column == "patient"  ? film.patient
             : column == "view"   ? film.view
             : column == "size"   ? film.size
             : column == "source" ? film.source
                                  : film.sex)
                .empty();
  });
}

void LabelTable::require_all(const std::vector<std::string>& names) const {
  ProblemList problems(name_);
  for (const auto& name : names)
    if (!contains(name)) problems.add(fmt::format("has no line for the film {}", name));
  problems.throw_if_any();
}

std::string finding_text(const FilmLabels& labels) {
  std::string text;
  for (std::size_t i = 0; i < finding_names.size(); ++i)
    if (labels.findings[i]) {
      if (!text.empty()) text += '|';
      text += finding_names[i];
    }
  return text.empty() ? "No Finding" : text;
}

std::string patient_of_name(std::string_view film) {
  const bool fits = film.size() > 9 && film[8] == '_' &&
                    std::all_of(film.begin(), film.begin() + 8, [](char c) { return c >= '0' && c <= '9'; });
  return fits ? std::string(film.substr(0, 8)) : "";
}

}  // namespace scrim
