#include "evaluation/restorers/inversion.h"

#include "autograd/ops/loss.h"
#include "autograd/ops/unary.h"
#include "tensor/compute_device.h"
#include "training/loop/loss_scale.h"
#include "training/loop/optimizer.h"

namespace scrim {

Inversion::Inversion(Releaser& releaser, std::int64_t steps, double learning_rate)
    : releaser_(releaser), steps_(steps), learning_rate_(learning_rate) {}

std::string Inversion::knows() const {
  return fmt::format("the method's network; {} steps of gradient descent on the pixels", steps_);
}

FilmSet Inversion::restored(const FilmSet& real, const FilmSet& released, std::uint64_t) const {
  std::vector<GrayImage> found;
  for (std::int64_t i = 0; i < released.count(); ++i) {
    const Tensor seen = to_compute_device(released.film(i));
    Variable x = Variable::parameter(seen.clone());
    const Variable mask = releaser_.mask_at(real, i);
    Adam adam({{"film", &x}}, learning_rate_);
    const LossScale scale;  // Adam takes steps of one size for a scaled loss and for the loss itself
    for (std::int64_t step = 0; step < steps_; ++step) {
      x.zero_gradient();
      backward(scale.applied_to(mse(releaser_.apply(x, mask).film, seen)));
      adam.step();
      const NoGradient no_gradient;
      x.mutable_value() = clamp(Variable(x.value()), 0, 1).value();
    }
    found.push_back(image_from_tensor(to_host(x.value()), 8));
  }
  return FilmSet(real.names(), std::move(found), real.image_size());
}

}  // namespace scrim
