#include "sharing/codec/film_sealer.h"

#include <charconv>

#include "autograd/ops/unary.h"
#include "base/file_hash.h"
#include "films/patches.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

Hash from_hexadecimal(const std::string& text) {
  Hash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i)
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, hash[i], 16);
  return hash;
}

/// "key=value" a line, in the order of the keys.
std::string config_text(const SparseCoderSettings& settings) {
  std::string text;
  for (const auto& [key, value] : facts_of(settings)) text += key + "=" + value + "\n";
  return text;
}

}  // namespace

TernarySigns signs_of(const TernaryCode& code, std::int64_t channels) {
  return signs_at(code.positive_index, code.negative_index, channels);
}

FilmCoder::FilmCoder(const std::filesystem::path& weights, std::int64_t k)
    : coder_(load_sparse_coder(weights)) {
  if (k == 0) return;
  if (k < 1 || 2 * k > channels())
    throw UsageError(fmt::format("[share] k is {}, expected 1 to {}", k, channels() / 2));
  coder_.network->set_k(k);
}

TernaryCode FilmCoder::encode(const GrayImage& film) {
  const NoGradient no_gradient;
  const Tensor patches = patches_of_film(tensor_from_image(film), settings().patch_size);
  TernaryCode code = network().encode(to_compute_device(patches));
  return {to_host(code.positive.value()), to_host(code.negative.value()), to_host(code.positive_index),
          to_host(code.negative_index)};
}

GrayImage FilmCoder::decode(const TernaryCode& code, std::int64_t height, std::int64_t width, int bits) {
  const NoGradient no_gradient;
  const auto there = [](const Variable& x) { return Variable(to_compute_device(x.value())); };
  const Variable patches =
      network().decode({there(code.positive), there(code.negative), to_compute_device(code.positive_index),
                        to_compute_device(code.negative_index)});
  return image_from_tensor(film_of_patches(to_host(clamp(patches, 0, 1).value()), height, width), bits);
}

GrayImage FilmCoder::decode(const TernarySigns& signs, std::int64_t height, std::int64_t width, int bits) {
  const SignPlaces places = places_of(signs);
  return decode(network().from_signs(places.positive, places.negative), height, width, bits);
}

TernaryShape FilmCoder::shape_of(std::int64_t height, std::int64_t width) const {
  const SparseCoderSettings& s = settings();
  return {patch_count(height, width, s.patch_size), coder_.network->code_side(s.patch_size), s.num_code_maps,
          s.num_proj_channels, k()};
}

ShareHeader FilmCoder::header_of(const GrayImage& film, ShareMode mode) const {
  return {.mode = mode,
          .bits = film.bits,
          .height = film.height,
          .width = film.width,
          .patch_size = settings().patch_size};
}

FilmSealer::FilmSealer(const std::filesystem::path& weights, std::int64_t k)
    : coder_(weights, k),
      model_(from_hexadecimal(sha256_of_file(weights))),
      config_(from_hexadecimal(sha256(config_text(coder_.settings())))) {
  if (coder_.k() > coder_.settings().k)
    throw UsageError(
        fmt::format("[share] k must be 1 to {1} (got {0}): sealed files hold signs, and the network has "
                    "values for {2} of them",
                    coder_.k(), coder_.settings().k, coder_.settings().k));
}

ShareFile FilmSealer::seal(const GrayImage& film, ShareMode mode, const Audience& audience) {
  ShareHeader header = coder_.header_of(film, mode);
  header.model = model_;
  header.config = config_;
  return seal_code(header, coder_.signs(film), audience);
}

GrayImage FilmSealer::open(const ShareFile& file, const Opener& opener, std::string_view name) {
  const ShareHeader& h = file.header;
  require(h.model == model_, name, "was sealed with another model: SHA-256 {}, these weights have {}",
          hexadecimal(h.model), hexadecimal(model_));
  require(h.config == config_, name, "was sealed with other coder settings than these weights have");
  TernaryShape expected = coder_.shape_of(h.height, h.width);
  expected.k = h.code.k;
  require(
      h.patch_size == coder_.settings().patch_size && h.code == expected && h.code.k <= coder_.settings().k,
      name, "holds a code of another shape than its model makes");
  return coder_.decode(open_code(file, opener, name), h.height, h.width, h.bits);
}

}  // namespace scrim
