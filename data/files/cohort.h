// Films of many patients: names, splits without a common patient, and pairs for identity tests.
//
// A film is called PATIENT_FOLLOWUP.png as in NIH ChestX-ray14: 8 digits of the patient, 3 of the visit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace scrim {

struct Pair {
  std::string first, second;
  bool same_patient;
};

struct Splits {
  std::vector<std::string> train, valid, test;
};

std::string film_name(std::int64_t patient, std::int64_t follow_up);  ///< "00000061_012.png"

/// Names of films by patient.
using FilmsByPatient = std::map<std::string, std::vector<std::string>>;

/// 70 % of the patients to train, 10 % to valid, the rest to test; no patient in two.
Splits split_by_patient(const FilmsByPatient& films, std::uint64_t seed);

/// As PRIMIS does it: 90 % of the films to train, 5 % to valid, the rest to test, whoever is on them; in the order
/// drawn.
Splits split_by_film(std::vector<std::string> films, std::uint64_t seed);

/// Every pair of films of one patient, at most 10 a patient, and as many pairs of two patients, made by
/// shuffling the second films: each film stands as often in one kind as in the other.
std::vector<Pair> make_pairs(const FilmsByPatient& films, std::uint64_t seed);

/// Splits and the pairs within each, as splits/{train,valid,test}.txt and pairs/{train,valid,test}.txt below
/// `folder`.
void write_splits(const std::filesystem::path& folder, const FilmsByPatient& films, std::uint64_t seed);

/// FOLDER/{train,valid,test}.txt. Throws Error when one of them is there already.
void write_lists(const std::filesystem::path& folder, const Splits& splits);

/// Text files with a name a line; "first second 1" for pairs. Atomic.
void write_list(const std::filesystem::path& path, const std::vector<std::string>& names);
void write_pairs(const std::filesystem::path& path, const std::vector<Pair>& pairs);
/// Throws Error that names the line when it is empty, has a folder in it, or stands twice.
std::vector<std::string> read_list(const std::filesystem::path& path);
/// Fields stand apart by spaces or tabs. Throws Error that names the lines that are no pair.
std::vector<Pair> read_pairs(const std::filesystem::path& path);
/// The same from text; `name` stands in messages.
std::vector<std::string> parse_list(std::string_view text, const std::string& name);
std::vector<Pair> parse_pairs(std::string_view text, const std::string& name);

}  // namespace scrim
