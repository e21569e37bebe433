// Masks of organs that belong to films: one folder an organ, a file of the film's name in each.
#pragma once

#include "films/film_set.h"

namespace scrim {

struct MaskSettings {
  std::vector<std::string> folders;
  double feather = 0;
};

template <class Visit>
void visit_fields(MaskSettings& m, Visit&& visit) {
  visit("masks", "folders", m.folders, "folders of masks named as their films; all organs count");
  visit("masks", "feather", m.feather, "soft rim outside the masks, pixels at data.image_size");
}

/// What a folder of masks is of: "lungs" of .../lungs and of .../lungs/.
std::string organ_of_folder(const std::filesystem::path& folder);

class MaskSet {
 public:
  /// Throws UsageError when no folder is named, Error that lists missing or broken masks.
  MaskSet(const MaskSettings& settings, const std::vector<std::string>& names,
          const FilmSet::Options& options);

  /// [n, size, size, 1] in [0,1], 1 = organ: the largest of the folders' masks, with its soft rim.
  Tensor batch(const std::vector<std::int64_t>& indices) const;
  /// The mask of one film at its own size, [1,height,width,1]; the rim grows with the film, up to 256 pixels.
  Tensor native(std::int64_t index, std::int64_t height, std::int64_t width) const;

 private:
  std::vector<FilmSet> organs_;
  double feather_;
};

}  // namespace scrim
