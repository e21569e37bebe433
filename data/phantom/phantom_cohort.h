// A cohort of phantom patients on disk, laid out like the NIH subset:
//
//   images/NAME.png                               8 or 16 bits gray
//   masks/lungs/NAME.png, masks/heart/NAME.png    0 or 255
//   masks/findings/FINDING/NAME.png               the same, of films that have it: where it changes the film
//   boxes.csv                                     around each finding's mask, as NIH's BBox_List_2017.csv, in pixels
//   twins/NAME.png                                where options.twins: the same film of the same patient without findings
//   landmarks/NAME.csv                            structure,index,x,y in pixels; 44 points of right_lung, 50 of
//                                                 left_lung, 26 of heart
//   labels.csv                                    NIH ChestX-ray14's columns
//   splits/{train,valid,test}.txt                 by patient
//   pairs/{train,valid,test}.txt                  "first second 1" = same patient, 0 = two patients
#pragma once

#include <filesystem>
#include <functional>

#include "data/phantom/phantom_film.h"

namespace scrim::phantom {

struct CohortOptions {
  std::int64_t films = 200;
  std::int64_t most_films_of_a_patient = 6;
  std::uint64_t seed = 1;
  std::int64_t first_patient = 1;  ///< his number; the others follow
  FilmOptions film{};
  bool twins = false;  ///< also draw each film without its findings
};

/// Writes the cohort into `folder`, which must be empty or not there. The same options give the same bytes,
/// whatever the number of threads. labels.csv comes last: where it is, the cohort is whole. `progress(done)`
/// counts films.
void write_cohort(const std::filesystem::path& folder, const CohortOptions& options,
                  const std::function<void(std::int64_t done)>& progress);

}  // namespace scrim::phantom
