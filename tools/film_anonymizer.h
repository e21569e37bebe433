// A weight file made ready to anonymize films at their own size and bit depth.
#pragma once

#include <filesystem>
#include <optional>

#include "data/image_file.h"
#include "models/flow_anonymizer.h"

namespace scrim {

struct AnonymizerSettings {
  std::optional<double> mu;       ///< else the weight file's, else 0.01
  std::optional<std::string> op;  ///< "corrected" or "published"; else the weight file's, else corrected
  std::optional<std::int64_t>
      image_size;  ///< side at which the network looks; else the weight file's, else 256
};

struct AnonymizedFilm {
  GrayImage image;                  ///< size and bits of the input
  double largest_displacement = 0;  ///< pixels of the film
};

class FilmAnonymizer {
 public:
  /// Weights of the generator as `scrim train` writes them, or a published state dict as safetensors
  /// ("generator." before the names or not). Throws Error when they do not fit the network.
  FilmAnonymizer(const std::filesystem::path& weights, const AnonymizerSettings& settings);

  AnonymizedFilm operator()(const GrayImage& film);
  std::string describe() const;  ///< "U-Net(32), mu 0.01, operator corrected, 256 pixels"

 private:
  std::unique_ptr<FlowAnonymizer> model_;
  std::int64_t image_size_ = 256;
  std::string operator_name_;
};

}  // namespace scrim
