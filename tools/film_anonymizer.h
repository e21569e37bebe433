// A weight file made ready to anonymize films at their own size and bit depth.
#pragma once

#include <filesystem>
#include <optional>

#include "data/image_file.h"
#include "training/segmenter.h"
#include "training/study_networks.h"

namespace scrim {

struct AnonymizerSettings {
  std::optional<double> mu;       ///< else the weight file's, else 0.01
  std::optional<std::string> op;  ///< "corrected" or "published"; else the weight file's, else corrected
  std::optional<std::int64_t>
      image_size;  ///< side at which the network looks; else the weight file's, else 256
  std::string segmenter = "builtin:segmenter";  ///< weights; looked at for generators that spare organs
};

struct AnonymizedFilm {
  GrayImage image;                  ///< size and bits of the input
  double largest_displacement = 0;  ///< pixels of the film; 0 for methods that move nothing
};

class FilmAnonymizer {
 public:
  /// Weights of any generator as `scrim train` writes them, or a published state dict of the flow-field
  /// generator as safetensors ("generator." before the names or not). Throws Error when they do not fit the
  /// network.
  FilmAnonymizer(const std::filesystem::path& weights, const AnonymizerSettings& settings);

  AnonymizedFilm operator()(const GrayImage& film);
  std::string describe() const;  ///< "flow_field(32), mu 0.01, operator corrected, 256 pixels"

 private:
  Anonymizer anonymizer_;
  std::optional<Segmenter> segmenter_;
  std::int64_t image_size_;
};

}  // namespace scrim
