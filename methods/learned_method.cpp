#include "methods/learned_method.h"

#include "autograd/ops/resize.h"

namespace scrim {

ChangedPixels LearnedMethod::change(const Variable& film, const Variable& mask, const Random&) const {
  const bool has_size = film.shape()[1] == image_size_ && film.shape()[2] == image_size_;
  return draw(film,
              has_size ? film : resize(film, image_size_, image_size_, {kernels::ResizeMode::antialiased}),
              mask);
}

void LearnedMethod::set_image_size(std::int64_t image_size) {
  if (image_size < 16 || image_size > 4096 || image_size % 16 != 0)
    throw UsageError(
        fmt::format("[method] the image size is {}, expected 16 to 4096, divisible by 16", image_size));
  image_size_ = image_size;
}

}  // namespace scrim
