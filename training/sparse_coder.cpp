#include "training/sparse_coder.h"

#include <fmt/ranges.h>

#include "autograd/permute.h"
#include "tensor/compute_device.h"
#include "training/settings.h"

namespace scrim {

void check(const SparseCoderSettings& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  const auto within = [](const std::vector<std::int64_t>& values, std::int64_t low, std::int64_t high) {
    return std::all_of(values.begin(), values.end(),
                       [&](std::int64_t value) { return value >= low && value <= high; });
  };
  expect(!s.sampling_ratio_list.empty() && s.sampling_ratio_list.size() <= 8 &&
             within(s.sampling_ratio_list, 1, 8),
         key("sampling_ratio_list"), fmt::format("[{}]", fmt::join(s.sampling_ratio_list, ", ")),
         "1 to 8 numbers of 1 to 8");
  expect(s.channels_list.size() == s.sampling_ratio_list.size() + 1 && s.channels_list.front() == 1 &&
             within(s.channels_list, 1, 1024),
         key("channels_list"), fmt::format("[{}]", fmt::join(s.channels_list, ", ")),
         "1 (a film is gray) and a number of 1 to 1024 for each sampling ratio");
  expect(s.proj_filter_size >= 4 && s.proj_filter_size <= 64 && s.proj_filter_size % 4 == 0,
         key("proj_filter_size"), s.proj_filter_size, "4 to 64, a multiple of 4");
  check_range(table, "num_proj_channels", double(s.num_proj_channels), 2, 4096);
  check_range(table, "num_code_maps", double(s.num_code_maps), 1, 64);
  check_range(table, "k", double(s.k), 1, double(s.num_proj_channels / 2));
  check_range(table, "dropout", s.dropout, 0, 0.95);
  expect(s.beta_momentum > 0 && s.beta_momentum <= 1, key("beta_momentum"), s.beta_momentum, "above 0 to 1");
  std::int64_t least = s.proj_filter_size;
  for (const std::int64_t ratio : s.sampling_ratio_list) least *= ratio;
  const std::int64_t divisor = least / s.proj_filter_size;
  expect(s.patch_size % divisor == 0 && s.patch_size >= least && s.patch_size <= 1024, key("patch_size"),
         s.patch_size, fmt::format("{} to 1024, a multiple of {}", least, divisor));
}

SparseTernaryOptions options_of(const SparseCoderSettings& s) {
  return {s.sampling_ratio_list,
          s.channels_list,
          s.proj_filter_size,
          s.num_proj_channels,
          s.num_code_maps,
          s.k,
          s.dropout,
          s.beta_momentum};
}

Facts facts_of(SparseCoderSettings settings) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = "sparse_ternary";
  return facts;
}

LoadedCoder load_sparse_coder(const std::filesystem::path& weights) {
  TensorFile file = read_weights(weights, "sparse_ternary");
  LoadedCoder loaded{nullptr, settings_from_fields<SparseCoderSettings>(file.metadata)};
  check(loaded.settings, "weights");
  loaded.network = std::make_unique<SparseTernaryCoder>(options_of(loaded.settings), Initialiser::none());
  loaded.network->load_state(std::move(file.tensors));
  loaded.network->set_training(false);
  loaded.network->to(compute_device());
  return loaded;
}

Tensor patches_of_film(const Tensor& film, std::int64_t patch_size) {
  const NoGradient no_gradient;
  require(2 * film.size(1) > patch_size && 2 * film.size(2) > patch_size, "film",
          "{} x {} pixels came, expected sides of more than {} to be cut into patches of {}", film.size(2),
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

std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size) {
  const auto patches = [&](std::int64_t side) { return (side + patch_size - 1) / patch_size; };
  return patches(height) * patches(width);
}

}  // namespace scrim
