#include "methods/pixel_method.h"

#include "models/warp.h"
#include "tensor/compute_device.h"

namespace scrim {

ReleasedFilm PixelMethod::release(const FilmInHand& film, const Random& random) const {
  const NoGradient no_gradient;
  const ChangedPixels changed =
      change(Variable(to_compute_device(tensor_from_image(film.image))), film.mask, random);
  ReleasedFilm released{image_from_tensor(to_host(changed.film.value()), film.image.bits), {}, 0};
  if (changed.displacement.defined()) {
    released.displacement = to_host(changed.displacement.value());
    released.largest_displacement =
        largest_displacement(released.displacement, film.image.height, film.image.width);
  }
  return released;
}

}  // namespace scrim
