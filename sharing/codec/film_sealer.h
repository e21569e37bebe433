// Films to sealed files and back: the coder's weights on one side, the envelope on the other.
#pragma once

#include "data/files/image_file.h"
#include "models/networks/weight_files.h"
#include "sharing/format/envelope.h"

namespace scrim {

/// The signs of a code. Throws Error as signs_at() does.
TernarySigns signs_of(const TernaryCode& code, std::int64_t channels);

/// What the networks make of a film, and what is left of it in signs.
class FilmCoder {
 public:
  /// k: 0 = the trained one. Throws Error when the weights do not fit, UsageError when they have no such k.
  explicit FilmCoder(const std::filesystem::path& weights, std::int64_t k = 0);

  /// With the values; any film whose sides are above half a patch.
  TernaryCode encode(const GrayImage& film);
  TernarySigns signs(const GrayImage& film) { return signs_of(encode(film), channels()); }
  /// Clamped to [0,1] and rounded to `bits`.
  GrayImage decode(const TernaryCode& code, std::int64_t height, std::int64_t width, int bits);
  GrayImage decode(const TernarySigns& signs, std::int64_t height, std::int64_t width, int bits);

  SparseTernaryCoder& network() { return *coder_.network; }
  const SparseCoderSettings& settings() const { return coder_.settings; }
  std::int64_t channels() const { return coder_.settings.num_proj_channels; }
  std::int64_t k() const { return coder_.network->options().k; }
  TernaryShape shape_of(std::int64_t height, std::int64_t width) const;
  /// What a sealed file says of a film, but for the model.
  ShareHeader header_of(const GrayImage& film, ShareMode mode) const;

 private:
  LoadedCoder coder_;
};

class FilmSealer {
 public:
  FilmSealer(const std::filesystem::path& weights, std::int64_t k);

  ShareFile seal(const GrayImage& film, ShareMode mode, const Audience& audience);
  /// `name` stands in messages. Throws Error when the file was made with another model, or as open_code does.
  GrayImage open(const ShareFile& file, const Opener& opener, std::string_view name);

  FilmCoder& coder() { return coder_; }
  const Hash& model() const { return model_; }  ///< SHA-256 of the weight file

 private:
  FilmCoder coder_;
  Hash model_, config_;
};

}  // namespace scrim
