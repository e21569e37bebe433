#include "evaluation/restorers/inverse_warp.h"

#include "autograd/ops/binary.h"
#include "models/organ_protection.h"
#include "models/warp.h"
#include "tensor/compute_device.h"

namespace scrim {

Tensor inverse_displacement(const Tensor& d, int steps) {
  const NoGradient no_gradient;
  Variable v = scale(Variable(d), -1);
  for (int step = 0; step < steps; ++step) v = scale(warp_by(Variable(d), v), -1);
  return v.value();
}

FilmSet InverseWarp::restored(const FilmSet& real, const FilmSet& released, std::uint64_t) const {
  const NoGradient no_gradient;
  std::vector<GrayImage> found;
  for (std::int64_t i = 0; i < released.count(); ++i) {
    const Variable y(to_compute_device(released.film(i))), mask = releaser_.mask_at(real, i);
    Variable x = y;
    for (int round = 0; round < rounds; ++round) {
      const ChangedPixels drawn = releaser_.apply(x, mask);
      const Variable unwarped =
          warp_by(y, Variable(inverse_displacement(drawn.displacement.value(), fixed_point_steps)));
      x = drawn.kept.defined() ? blended(y, unwarped, drawn.kept) : unwarped;
    }
    found.push_back(image_from_tensor(to_host(x.value()), released.image(i).bits));
  }
  return FilmSet(real.names(), std::move(found), real.image_size());
}

}  // namespace scrim
