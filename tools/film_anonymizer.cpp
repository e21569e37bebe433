#include "tools/film_anonymizer.h"

#include "autograd/reduce.h"
#include "models/warp.h"
#include "tensor/compute_device.h"
#include "training/film_set.h"

namespace scrim {
FilmAnonymizer::FilmAnonymizer(const std::filesystem::path& weights, const AnonymizerSettings& s)
    : anonymizer_(Anonymizer::load(
          weights,
          [&](GeneratorSettings& settings) {
            if (settings.kind != "flow_field" && (s.mu || s.op))
              throw UsageError(
                  fmt::format("[anonymize] mu and operator belong to flow fields; {} holds a {} generator",
                              weights.string(), settings.kind));
            settings.mu = s.mu.value_or(settings.mu);
            settings.op = s.op.value_or(settings.op);
            if (!(settings.mu >= 0 && settings.mu <= 1))
              throw UsageError(fmt::format("[anonymize] mu is {}, expected 0 to 1", settings.mu));
          })),
      image_size_(s.image_size.value_or(anonymizer_.image_size())) {
  if (image_size_ < 16 || image_size_ > 4096 || image_size_ % 16 != 0)
    throw UsageError(
        fmt::format("[anonymize] the image size is {}, expected 16 to 4096, divisible by 16", image_size_));
  if (anonymizer_.wants_masks()) segmenter_ = Segmenter::load(s.segmenter);
}

std::string FilmAnonymizer::describe() const {
  const GeneratorSettings& g = anonymizer_.settings();
  std::string text = fmt::format("{}({})", g.kind, g.init_features);
  if (g.kind == "flow_field") text += fmt::format(", mu {}, operator {}", g.mu, g.op);
  if (g.kind == "noise") text += fmt::format(", degree {}", g.noise_degree);
  if (anonymizer_.wants_masks()) text += ", organs spared";
  return text + fmt::format(", {} pixels", image_size_);
}

AnonymizedFilm FilmAnonymizer::operator()(const GrayImage& film) {
  const NoGradient no_gradient;
  const Tensor x = tensor_from_image(film);
  Variable mask;  // all organs as one
  if (segmenter_)
    mask = largest(to_compute_device(native_masks(*segmenter_, x)), kernels::Axes::of({3}), true);
  const auto [released, moved] =
      anonymizer_.release(to_compute_device(x), to_compute_device(resized_film(x, image_size_)), mask);
  return {image_from_tensor(to_host(released.value()), film.bits),
          moved.defined() ? largest_displacement(to_host(moved.value()), film.height, film.width) : 0};
}

}  // namespace scrim
