// Findings and patients of films, from a table in comma-separated text.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

/// The findings of NIH ChestX-ray14 in the order in which CheXNet's published reimplementation, and with it
/// PriCheXy-Net's classifier, has them as outputs.
inline constexpr std::array<std::string_view, 14> finding_names{
    "Atelectasis", "Cardiomegaly", "Effusion",           "Infiltration",  "Mass",
    "Nodule",      "Pneumonia",    "Pneumothorax",       "Consolidation", "Edema",
    "Emphysema",   "Fibrosis",     "Pleural_Thickening", "Hernia"};

struct FilmLabels {
  std::array<bool, finding_names.size()> findings{};
  std::string patient;
  std::string view;                           ///< "PA", "AP" or ""
  std::string sex;                            ///< "M", "F" or ""
  std::optional<double> age_years;            ///< nothing where the table does not say it
  std::optional<double> width_mm, height_mm;  ///< of the whole film; nothing where the table does not say it
  std::string size;                           ///< "2682x2749", columns and rows of the original, or ""
  std::string source;                         ///< hospital, machine or study that the film is from, or ""
};

/// The labels of every film of a table whose header names its columns: NIH's Data_Entry_2017*.csv ("Image
/// Index", "Finding Labels", "Patient ID", "View Position", "Patient Gender", "Patient Age"), or any table with the columns image,
/// findings, patient, view, sex, age (years), source, width and height (pixels of the original), width_mm and height_mm (NIH: pixels
/// times pixel spacing); findings are joined by a bar, "No Finding" or nothing means none. All but image and findings may be missing.
class LabelTable {
 public:
  /// Throws Error that lists all faults: lines with too few fields, unknown findings, films that stand twice.
  explicit LabelTable(const std::filesystem::path& path);
  /// The same from text; `name` stands in messages.
  LabelTable(std::string_view text, const std::string& name);

  /// Throws Error when the film is there already.
  void add(const std::string& film, const FilmLabels& labels);
  /// The same films with other labels.
  LabelTable changed(const std::function<FilmLabels(const FilmLabels&)>& change) const;

  /// Throws Error when the film is not in the table.
  const FilmLabels& of(const std::string& film) const;
  bool contains(const std::string& film) const { return films_.contains(film); }
  std::size_t size() const { return films_.size(); }
  /// Whether at least one film has a value in this column: "patient", "view", "sex", "age", "size" or
  /// "source".
  bool has(std::string_view column) const;
  const std::map<std::string, FilmLabels>& films() const { return films_; }
  /// The film's patient: the table's, else by the film's name; "" = unknown.
  std::string patient_of(const std::string& film) const;
  /// Throws Error that lists the films of `names` that are not in the table.
  void require_all(const std::vector<std::string>& names) const;

 private:
  void parse(std::string_view text);

  std::string name_;
  std::map<std::string, FilmLabels> films_;
};

/// "Effusion|Mass" as in tables, or "No Finding".
std::string finding_text(const FilmLabels& labels);

/// The patient of a film named PATIENT_FOLLOWUP.png with eight digits of the patient; "" for another name.
std::string patient_of_name(std::string_view film);

}  // namespace scrim
