// Does a classifier look where the finding is? The pointing game (Zhang et al., "Top-down Neural Attention by Excitation
// Backprop", ECCV 2016): the place where its class activation map is highest must lie in a box that a radiologist drew. Maps have
// a cell for 32 pixels of the film; between them by straight lines.
#pragma once

#include <functional>

#include "data/files/finding_boxes.h"
#include "films/film_set.h"
#include "measures/risk.h"
#include "models/densenet.h"

namespace scrim {

struct PointingResult {
  std::int64_t cases = 0;  ///< films with boxes of a finding, a case for each finding
  std::int64_t hits_before = 0, hits_after = 0, hits_both = 0;
  std::optional<Estimate> before, after;
  double chance = 0;  ///< the mean share of the film that the boxes cover
};

/// Where on the patient's film a place of its release is, both in shares of the sides (x, y).
using PlaceOnFilm = std::function<std::pair<double, double>(std::int64_t film, double x, double y)>;

/// The same from where each pixel of the release is seen, seen_at[1,H,W,2] of ReleasedFilm.
std::pair<double, double> place_seen_at(const Tensor& seen_at, double x, double y);

/// On real films and what was released of them, as the classifier looks at them. Boxes of other films are left out; boxes_side:
/// of the square that boxes are drawn in, pixels. `place`: for releases that are laid on another chest. Throws Error for a box
/// outside the square.
PointingResult pointing_game(DenseNet& classifier, const FilmSet& real, const FilmSet& released,
                             const std::vector<FindingBox>& boxes, double boxes_side,
                             const PlaceOnFilm& place = nullptr);

/// Where the map of a finding is highest, in shares of the film's sides (x, y). maps: [1,h,w,findings].
std::pair<double, double> highest_place(const Tensor& maps, std::size_t finding, std::int64_t side);

}  // namespace scrim
