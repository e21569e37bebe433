#include "evaluation/perturbation.h"

#include "autograd/resize.h"
#include "models/dp_pix.h"
#include "tensor/compute_device.h"
#include "training/settings.h"

namespace scrim {
namespace {

bool is_learned(const PerturbationSettings& settings) {
  return settings.kind != "none" && settings.kind != "dp_pix";
}

}  // namespace

void check(const PerturbationSettings& p) {
  bool known = false;
  for (const char* kind : {"flow_field", "noise", "privacy_net", "dp_pix", "none"}) known |= p.kind == kind;
  expect(known, "perturbation.kind", p.kind,
         "\"flow_field\", \"noise\", \"privacy_net\", \"dp_pix\" or \"none\"");
  if (is_learned(p)) check_given("perturbation.weights", p.weights, "a weight file of the generator");
  expect(p.cell >= 1, "perturbation.cell", p.cell, "at least 1");
  expect(p.pixels > 0, "perturbation.pixels", p.pixels, "above 0");
  expect(p.epsilon > 0, "perturbation.epsilon", p.epsilon, "above 0");
}

Perturbation::Perturbation(const PerturbationSettings& settings, const MaskSettings& masks,
                           std::uint64_t seed)
    : settings_(settings), masks_(masks), random_(seed, "dp_pix") {
  if (!is_learned(settings)) return;
  anonymizer_ = Anonymizer::load(settings.weights);
  require(anonymizer_->settings().kind == settings.kind, "weights", "{} holds a {} generator, expected {}",
          settings.weights, anonymizer_->settings().kind, settings.kind);
}

Variable Perturbation::mask_of(const FilmSet& films, std::int64_t index) const {
  if (!anonymizer_ || !anonymizer_->wants_masks()) return {};
  return to_compute_device(
      MaskSet(masks_, {films.name(index)}, {.image_size = films.image_size()}).batch({0}));
}

Variable Perturbation::at_network_size(const Variable& x) const {
  const std::int64_t size = anonymizer_->image_size();
  if (x.shape()[1] == size && x.shape()[2] == size) return x;
  return resize(x, size, size, {kernels::ResizeMode::antialiased});
}

ReleasedFilm Perturbation::release_one(const FilmSet& films, std::int64_t index,
                                       std::uint64_t release) const {
  const NoGradient no_gradient;
  const Tensor film = films.film(index);
  if (anonymizer_) {
    const Variable x(to_compute_device(film));
    const auto [released, moved] = anonymizer_->release(x, at_network_size(x), mask_of(films, index));
    return {image_from_tensor(to_host(released.value()), 8), to_host(moved.value())};
  }
  if (settings_.kind == "none") return {image_from_tensor(film, 8), {}};
  const Random random = random_.split(films.name(index)).split(release);
  return {image_from_tensor(dp_pix(film, {settings_.cell, settings_.pixels, settings_.epsilon}, random), 8),
          {}};
}

FilmSet Perturbation::release(const FilmSet& films, std::uint64_t release) const {
  std::vector<GrayImage> released;
  for (std::int64_t i = 0; i < films.count(); ++i) released.push_back(release_one(films, i, release).image);
  return FilmSet(films.names(), std::move(released), films.image_size());
}

Variable Perturbation::apply(const Variable& x, const Variable& mask) {
  require(anonymizer_.has_value(), "perturbation", "{} has no network", settings_.kind);
  const Frozen weights(anonymizer_->generator());
  return anonymizer_->release(x, at_network_size(x), mask).film;
}

std::string Perturbation::describe() const {
  if (settings_.kind == "dp_pix")
    return fmt::format("dp_pix, cells of {}, m {}, epsilon {}", settings_.cell, settings_.pixels,
                       settings_.epsilon);
  if (!anonymizer_) return settings_.kind;
  const GeneratorSettings& g = anonymizer_->settings();
  std::string text = g.kind;
  if (g.kind == "flow_field") text += fmt::format(", mu {}, operator {}", g.mu, g.op);
  if (g.kind == "flow_field" && g.protection != "none") text += ", masks protected by " + g.protection;
  if (g.kind == "noise") text += fmt::format(", degree {}{}", g.noise_degree, g.smooth ? ", smoothed" : "");
  if (g.kind == "noise" && g.noise_in_masks != 1)
    text += fmt::format(", {} of it in masks", g.noise_in_masks);
  return text;
}

}  // namespace scrim
