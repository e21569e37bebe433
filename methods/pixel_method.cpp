#include "methods/release_film.h"

#include "models/warp.h"
#include "tensor/compute_device.h"

namespace scrim {

ReleasedFilm release_film(const Method& method, const GrayImage& film, const Variable& mask,
                          const Random& random) {
  const NoGradient no_gradient;
  const Release release = method.release(Variable(to_compute_device(tensor_from_image(film))), mask, random);
  ReleasedFilm released{image_from_tensor(to_host(release.film.value()), film.bits), {}, 0};
  if (release.displacement.defined()) {
    released.displacement = to_host(release.displacement.value());
    released.largest_displacement = largest_displacement(released.displacement, film.height, film.width);
  }
  return released;
}

}  // namespace scrim
