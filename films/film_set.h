// The films of a run: names in a fixed order, decoded once and kept within a memory budget, resized batch by
// batch.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/files/cohort.h"
#include "data/files/image_file.h"
#include "films/near_duplicates.h"

namespace scrim {

class FilmSet {
 public:
  struct Options {
    std::int64_t image_size = 256;                ///< side that films are resized to
    std::int64_t memory = std::int64_t(1) << 30;  ///< bytes of decoded films that are kept
  };

  /// Reads every film once. Throws Error that lists all films that are missing or broken.
  FilmSet(std::filesystem::path folder, std::vector<std::string> names, const Options& options);
  /// Films that exist in memory alone: `films[i]` under names[i].
  FilmSet(std::vector<std::string> names, std::vector<GrayImage> films, std::int64_t image_size);

  /// Some of the films, in this order.
  FilmSet only(const std::vector<std::int64_t>& indices) const;
  /// The same films, resized to another side.
  FilmSet at_size(std::int64_t image_size) const;

  std::int64_t count() const { return std::int64_t(names_.size()); }
  std::int64_t image_size() const { return options_.image_size; }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(std::int64_t index) const { return names_[std::size_t(index)]; }
  /// A number that differs when the pixels differ (but for chance).
  std::uint64_t fingerprint(std::int64_t index) const { return fingerprints_[std::size_t(index)]; }

  /// Of all films.
  const std::vector<Thumbnail>& thumbnails() const { return thumbnails_; }

  /// The film as decoded.
  GrayImage image(std::int64_t index) const;
  /// [1, size, size, 1] in [0,1]. Films of other sizes are resized (antialiased, bilinear).
  Tensor film(std::int64_t index) const;
  /// [n, size, size, 1].
  Tensor batch(const std::vector<std::int64_t>& indices) const;

 private:
  struct Kept {  // 8-bit films take a byte a pixel
    std::int64_t height = 0, width = 0;
    int bits = 8;
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint16_t> words;
  };
  static Kept kept(const GrayImage& image);

  std::filesystem::path folder_;
  std::vector<std::string> names_;
  Options options_;
  std::vector<Kept> kept_;  ///< empty pixels: read from the file each time
  std::vector<std::uint64_t> fingerprints_;
  std::vector<Thumbnail> thumbnails_;
};

/// x[1,H,W,1] resized to [1,height,width,1] (antialiased, bilinear), or x itself when it has that size.
Tensor resized_film(const Tensor& x, std::int64_t height, std::int64_t width);

/// x[1,H,W,1] smoothed by a Gaussian, out to three standard deviations; its border repeats. sigma: pixels.
Tensor blurred_film(const Tensor& x, double sigma);

/// [n,H,W,1] from n films [1,H,W,1] that `film(i)` makes, in parallel.
Tensor batch_of(std::int64_t count, std::int64_t size, const std::function<Tensor(std::int64_t)>& film);

/// A row of numbers for every film, [count, width]: `rows` makes those of a batch. In order, some films at
/// once.
Tensor rows_of_films(const FilmSet& films, const std::function<Tensor(const Tensor& batch)>& rows);

/// The names in `list`, or all images of the folder in the order of their names when `list` is empty. Throws
/// Error when there is none.
std::vector<std::string> film_names(const std::filesystem::path& folder, const std::string& list);

/// What messages call the sides of a split.
struct SideNames {
  const char *first = "training", *second = "validation";
};
/// Throws Error that lists what must not be on both sides of a split: films of one name, with the same pixels or with nearly
/// the same (films/near_duplicates.h), and patients (`patient_of(name)`; "" = unknown).
void require_apart(const FilmSet& first, const FilmSet& second,
                   const std::function<std::string(const std::string& name)>& patient_of,
                   const SideNames& sides = {});

}  // namespace scrim
