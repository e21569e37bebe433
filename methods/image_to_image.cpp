#include "methods/image_to_image.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/unary.h"

namespace scrim {

ImageToImage::ImageToImage(const Settings& settings, const Initializer& initializer)
    : ImageToImage(build(settings, initializer)) {}

ImageToImage::ImageToImage(std::unique_ptr<PrivacyNet> network)
    : LearnedMethod(*network), network_(std::move(network)) {}

ChangedPixels ImageToImage::draw(const Variable& film, const Variable& small, const Variable&) const {
  const Variable drawn = (*network_)(small);
  if (drawn.shape() == film.shape()) return {drawn, {}};
  const Variable change =
      resize(drawn - small, film.shape()[1], film.shape()[2], {kernels::ResizeMode::bilinear, true});
  return {clamp(film + change, 0, 1), {}};
}

}  // namespace scrim
