#include "films/mask_set.h"

#include <algorithm>

#include "autograd/ops/binary.h"
#include "models/organ_protection.h"

namespace scrim {

std::string organ_of_folder(const std::filesystem::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

MaskSet::MaskSet(const MaskSettings& settings, const std::vector<std::string>& names,
                 const FilmSet::Options& options)
    : feather_(settings.feather) {
  if (settings.folders.empty())
    throw UsageError(
        "[config] masks.folders is empty. The method keeps organs, so it needs folders of masks");
  for (const auto& folder : settings.folders) organs_.emplace_back(folder, names, options);
}

namespace {

/// The largest of the organs' masks, with a soft rim of `feather` pixels.
template <class MaskOf>
Tensor joined(const std::vector<FilmSet>& organs, double feather, MaskOf&& mask_of) {
  const NoGradient no_gradient;
  Variable mask;
  for (const FilmSet& organ : organs) {
    const Variable one(mask_of(organ));
    mask = mask.defined() ? maximum(mask, one) : one;
  }
  return feathered(mask, feather).value();
}

}  // namespace

Tensor MaskSet::batch(const std::vector<std::int64_t>& indices) const {
  return joined(organs_, feather_, [&](const FilmSet& organ) { return organ.batch(indices); });
}

Tensor MaskSet::native(std::int64_t index, std::int64_t height, std::int64_t width) const {
  const double rim = std::min(256.0, feather_ * double(height) / double(organs_.front().image_size()));
  return joined(organs_, rim, [&](const FilmSet& organ) {
    return resized_film(tensor_from_image(organ.image(index)), height, width);
  });
}

}  // namespace scrim
