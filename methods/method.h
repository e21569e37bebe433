// What every method is: a film comes in, the film that may be released goes out.
#pragma once

#include <string>

#include "data/files/film_labels.h"
#include "data/files/image_file.h"
#include "layers/module.h"
#include "tensor/random.h"

namespace scrim {

class DonorPool;

/// A film and what is known of it.
struct FilmInHand {
  const GrayImage& image;
  Variable mask;                       ///< [1,H,W,1] in [0,1], 1 = organ: looked at where wants_masks()
  const FilmLabels* labels = nullptr;  ///< looked at where cells() are not 0
  std::string name{};  ///< of the film's file: by it, what other files say of the film is found
};

struct ReleasedFilm {
  GrayImage image;
  Tensor displacement;  ///< [1,h,w,2], from -1 to 1 over the film; undefined for methods that move nothing
  double largest_displacement = 0;  ///< pixels of the film; 0 for methods that move nothing
  // Of methods that show a part of the patient's film on a donor's; else undefined:
  Tensor gate;              ///< [1,H,W,1], 0 or 1, 1 = where the part stands
  Tensor seen_at;           ///< [1,H,W,2], where on the patient's film each pixel of the release is, -1 to 1
  std::int64_t donor = -1;  ///< into Method::donors(); -1 = not said
};

class Method {
 public:
  virtual ~Method() = default;

  /// The one function that releases a film: what `scrim anonymize` writes is what evaluations measure. `random`: of the
  /// numbers that the method draws; another one for each release.
  virtual ReleasedFilm release(const FilmInHand& film, const Random& random) const = 0;

  /// What is said of the released film beside it; by default what is said of the film.
  virtual FilmLabels released_labels(const FilmLabels& film) const { return film; }

  /// Whether the method keeps organs or treats them in another way.
  virtual bool wants_masks() const { return false; }
  /// Whether the film is released as it is.
  virtual bool changes_nothing() const { return false; }
  /// Methods whose release depends on the film through one of cells() integers alone (release_guarantee.h); 0 = no such
  /// method.
  virtual std::int64_t cells() const { return 0; }
  /// That integer, 0 to cells() - 1.
  virtual std::int64_t encode(const FilmLabels&) const { return 0; }
  /// Whose films are shown instead of the patient's; null where nobody else's.
  virtual const DonorPool* donors() const { return nullptr; }
  /// Whether a part of the patient's film stands in a donor's: ReleasedFilm::gate.
  virtual bool keeps_a_part() const { return false; }
  /// Whether a release has a displacement.
  virtual bool moves_pixels() const { return false; }
  /// Whether two releases of one film differ.
  virtual bool draws_numbers() const { return false; }
  /// Method and settings in a line: "flow_field, mu 0.01, operator corrected".
  virtual std::string describe() const = 0;
};

}  // namespace scrim
