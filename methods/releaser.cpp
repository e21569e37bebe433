#include "methods/releaser.h"

#include "tensor/compute_device.h"

namespace scrim {

void check(const ReleaseSettings& r) {
  check(r.method, "release");
  if (r.method.is_learned()) check_given("release.weights", r.weights, "a weight file of the method");
  if (shows_another_film(r.method)) check_given("release.labels", r.labels, "a table of the films' findings");
}

void check_shows_the_film(const ReleaseSettings& r) {
  if (shows_another_film(r.method))
    throw UsageError(fmt::format(
        "[release] the method {} shows another person's film: it is not to be compared with the patient's",
        r.method.method));
}

Releaser::Releaser(const ReleaseSettings& settings, const MaskSettings& masks, std::uint64_t seed)
    : masks_(masks), random_(seed, "dp_pix") {
  check(settings);
  if (shows_another_film(settings.method)) labels_.emplace(settings.labels);
  if (!settings.method.is_learned()) {
    method_ = make_method(settings.method, Initializer::none());
    return;
  }
  LoadedMethod loaded = load_method(settings.weights);
  require(loaded.settings.method == settings.method.method, "weights", "{} holds the method {}, expected {}",
          settings.weights, loaded.settings.method, settings.method.method);
  learned_ = loaded.method.get();
  method_ = std::move(loaded.method);
}

std::optional<ReleaseGuarantee> Releaser::guarantee(const std::vector<std::string>& films) const {
  if (method_->cells() == 0) return std::nullopt;
  std::vector<std::int64_t> cell_of_film;
  for (const auto& film : films) cell_of_film.push_back(method_->encode(labels_->of(film)));
  return ReleaseGuarantee::of_films(cell_of_film, method_->cells());
}

MaskSet Releaser::masks_of(const FilmSet& films, std::int64_t index) const {
  return MaskSet(masks_, {films.name(index)}, {.image_size = films.image_size()});
}

ReleasedFilm Releaser::release_one(const FilmSet& films, std::int64_t index, std::uint64_t release) const {
  const GrayImage image = films.image(index);
  FilmInHand film{image, {}, labels_ ? &labels_->of(films.name(index)) : nullptr, films.name(index)};
  if (method_->wants_masks())
    film.mask = to_compute_device(masks_of(films, index).native(0, image.height, image.width));
  return method_->release(film, random_.split(films.name(index)).split(release));
}

FilmSet Releaser::release(const FilmSet& films, std::uint64_t release) const {
  std::vector<GrayImage> released;
  const std::int64_t size = films.image_size();
  for (std::int64_t i = 0; i < films.count(); ++i) {
    GrayImage film = release_one(films, i, release).image;
    if (film.height != size || film.width != size)
      film = image_from_tensor(resized_film(tensor_from_image(film), size, size), film.bits);
    released.push_back(std::move(film));
  }
  return FilmSet(films.names(), std::move(released), films.image_size());
}

ChangedPixels Releaser::apply(const Variable& x, const Variable& mask) {
  require(learned_ != nullptr, "release", "{} has no network", method_->describe());
  const Frozen weights(learned_->generator());
  return learned_->change(x, mask, random_);
}

Variable Releaser::mask_at(const FilmSet& films, std::int64_t index) const {
  if (!method_->wants_masks()) return {};
  return to_compute_device(masks_of(films, index).batch({0}));
}

}  // namespace scrim
