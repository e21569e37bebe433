#include "films/patches.h"

#include <algorithm>

#include "autograd/ops/permute.h"

namespace scrim {

Tensor patches_of_film(const Tensor& film, std::int64_t patch_size) {
  const NoGradient no_gradient;
  require(2 * film.size(1) > patch_size && 2 * film.size(2) > patch_size, "film",
          "a film of {} x {} pixels is too small: sides must exceed {} for patches of {}", film.size(2),
          film.size(1), patch_size / 2, patch_size);
  return patches_from_images(Variable(film), patch_size).value();
}

Tensor film_of_patches(const Tensor& patches, std::int64_t height, std::int64_t width) {
  const NoGradient no_gradient;
  return images_from_patches(Variable(patches), height, width).value();
}

Tensor chosen_patches(const Tensor& x, const std::vector<std::int64_t>& patches) {
  Shape shape = x.shape();
  const std::int64_t size = x.numel() / shape[0];
  shape[0] = std::int64_t(patches.size());
  Tensor chosen = Tensor::empty(shape);
  for (std::size_t i = 0; i < patches.size(); ++i)
    std::copy_n(x.data<float>().data() + patches[i] * size, size,
                chosen.mutable_data<float>().data() + std::int64_t(i) * size);
  return chosen;
}

}  // namespace scrim
