// The films of a training run: names in a fixed order, read and resized batch by batch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/image_file.h"

namespace scrim {

class FilmSet {
 public:
  /// The files named in `list`, or all images of the folder in the order of their names when `list` is empty.
  /// Throws Error when there is none, or when a named file is missing.
  FilmSet(const std::filesystem::path& folder, const std::string& list, std::int64_t image_size);

  std::int64_t count() const { return std::int64_t(names_.size()); }
  const std::string& name(std::int64_t index) const { return names_[std::size_t(index)]; }
  /// [n, size, size, 1] in [0,1]. Films of other sizes are resized (antialiased, bilinear).
  Tensor batch(const std::vector<std::int64_t>& indices) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> names_;
  std::int64_t size_;
};

/// x[1,H,W,1] resized to [1,size,size,1] (antialiased, bilinear), or x itself when it has that size.
Tensor resized_film(const Tensor& x, std::int64_t size);

}  // namespace scrim
