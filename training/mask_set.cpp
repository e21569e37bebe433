#include "training/mask_set.h"

#include "autograd/binary.h"
#include "models/protected_anonymizer.h"

namespace scrim {

MaskSet::MaskSet(const MaskSettings& settings, const std::vector<std::string>& names,
                 const FilmSet::Options& options)
    : feather_(settings.feather) {
  if (settings.folders.empty())
    throw UsageError(
        "[config] masks.folders is empty, expected folders of masks: the generator spares organs");
  for (const auto& folder : settings.folders) organs_.emplace_back(folder, names, options);
}

Tensor MaskSet::batch(const std::vector<std::int64_t>& indices) const {
  const NoGradient no_gradient;
  Variable mask;
  for (const FilmSet& organ : organs_) {
    const Variable one(organ.batch(indices));
    mask = mask.defined() ? maximum(mask, one) : one;
  }
  return feathered(mask, feather_).value();
}

}  // namespace scrim
