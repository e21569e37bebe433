// Films of people who agreed that they are shown: what releases show instead of a patient's film, or parts of it.
//
//   POOL/films/donor_000001.png ...  gray, each of its own size, all of one depth
//   POOL/labels.csv            image,findings,patient,view,sex,age,source,original
//   POOL/pool.json             format, source, license, consent, and the SHA-256 of labels.csv and of every film
//
// `scrim pool` writes such a folder. Nothing of it is secret.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/files/film_labels.h"
#include "data/files/image_file.h"

namespace scrim {

/// A set of films with a table of labels, "" = patients by names as in NIH.
struct FilmSource {
  std::filesystem::path images;
  std::string list;  ///< file with one film name per line; "" = all films in the folder
  std::string labels;
};

struct DonorPoolSource {
  FilmSource films;               ///< labels: needed
  std::string source;             ///< where they are from: "NIH ChestX-ray14"
  std::string license, consent;   ///< under which they may be shown again; that they may be
  std::vector<FilmSource> apart;  ///< whose patients must not be donors
};

/// Writes the pool, whole or not at all. Donors are numbered in the order of their pixels' SHA-256. `progress(done)` counts
/// films. Throws UsageError when `folder` exists or a text is missing, Error that lists all films that cannot be read, have no
/// labels, are nearly the same as another donor, or are of a patient of `apart` (by name, or nearly the same as a film of his).
/// Returns the number of donors.
std::int64_t write_donor_pool(const std::filesystem::path& folder, const DonorPoolSource& source,
                              const std::function<void(std::int64_t done)>& progress);

/// What pool.json says.
struct DonorPoolFile {
  std::string source, license, consent, labels_sha256;
  std::vector<std::pair<std::string, std::string>> films;  ///< names with SHA-256
};
/// Throws Error that says what is missing or no name of a file. `name` stands in messages.
DonorPoolFile parse_donor_pool_file(std::string_view text, const std::string& name);

/// Immutable: threads may share it.
class DonorPool {
 public:
  /// Throws Error that lists all files that are missing or are not what pool.json says.
  explicit DonorPool(std::filesystem::path folder);

  std::int64_t count() const { return std::int64_t(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const FilmLabels& labels(std::int64_t donor) const;
  GrayImage film(std::int64_t donor) const;
  /// The patient on a film of names(); "" for other names.
  std::string patient_of(const std::string& name) const;
  std::filesystem::path images() const { return folder_ / "films"; }

  const std::string& source() const { return source_; }
  const std::string& license() const { return license_; }
  const std::string& consent() const { return consent_; }
  /// Of pool.json, and so of every film and label.
  const std::string& sha256() const { return sha256_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::string> names_;
  std::vector<FilmLabels> labels_;
  std::unordered_map<std::string, std::size_t> number_of_;  ///< by name
  std::string source_, license_, consent_, sha256_;
};

}  // namespace scrim
