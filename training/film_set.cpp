#include "training/film_set.h"

#include <algorithm>

#include "data/cohort.h"
#include "kernels/resize/resize.h"
#include "tensor/parallel.h"

namespace scrim {

Tensor resized_film(const Tensor& x, std::int64_t size) {
  if (x.size(1) == size && x.size(2) == size) return x;
  Tensor y = Tensor::empty({1, size, size, 1});
  kernels::resize_forward(x.view(), y.mutable_view(), {kernels::ResizeMode::antialiased});
  return y;
}

FilmSet::FilmSet(const std::filesystem::path& folder, const std::string& list, std::int64_t image_size)
    : folder_(folder), size_(image_size) {
  require(std::filesystem::is_directory(folder), "data", "{} is no folder", folder.string());
  if (!list.empty()) {
    names_ = read_list(list);
    require(!names_.empty(), "data", "{} names no film", list);
    for (const auto& name : names_)
      require(std::filesystem::exists(folder / name), "data", "{} names a film that is not in {}", list,
              folder.string());
  } else {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.is_regular_file() && has_image_name(entry.path()))
        names_.push_back(entry.path().filename().string());
    std::sort(names_.begin(), names_.end());
  }
  require(!names_.empty(), "data", "{} has no PNG or JPEG file", folder.string());
}

Tensor FilmSet::batch(const std::vector<std::int64_t>& indices) const {
  Tensor result = Tensor::empty({std::int64_t(indices.size()), size_, size_, 1});
  float* out = result.mutable_data<float>().data();
  parallel_for(std::int64_t(indices.size()), 1, [&](std::int64_t i, std::int64_t) {
    const GrayImage image = read_image(folder_ / name(indices[std::size_t(i)]));
    const Tensor film = resized_film(tensor_from_image(image), size_);
    std::copy_n(film.data<float>().data(), film.numel(), out + i * size_ * size_);
  });
  return result;
}

}  // namespace scrim
