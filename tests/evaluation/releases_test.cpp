#include <gtest/gtest.h>

#include "evaluation/tasks/restoration.h"
#include "models/flow_anonymizer.h"
#include "models/noise_anonymizer.h"
#include "tensor/compute_device.h"
#include "tests/evaluation/evaluation_suite.h"

namespace scrim::test {
namespace {

TEST_F(Evaluation, ReleaseIsTheFilmItselfWithoutAMethodAndNoiseIsOfTheFilm) {
  const FilmSet films(data().images, film_names(data().images, at("splits/test.txt")), data().options());
  const FilmSet same = Releaser({}, {}, 1).release(films);
  EXPECT_EQ(films.fingerprint(0), same.fingerprint(0));
  const Releaser noise({method_settings<Pixelization>({}), ""}, {}, 1);
  EXPECT_EQ(noise.release(films).fingerprint(0), noise.release(films).fingerprint(0));
  EXPECT_NE(noise.release(films, 0).fingerprint(0), noise.release(films, 1).fingerprint(0));
}

TEST_F(Evaluation, AGeneratorLooksAtFilmsOfTheSizeThatItWasTrainedOn) {
  FlowAnonymizer flow({4, {0.3, WarpOperator::corrected}}, Initializer(1));
  Facts facts = facts_of(GeneratorSettings{method_settings<FlowField>({.init_features = 4, .mu = 0.3})});
  facts["image_size"] = "32";
  write_safetensors(folder / "flow.safetensors", {flow.generator.state(), facts});
  const FilmSet films(data().images, {film_names(data().images, at("splits/test.txt")).front()},
                      data().options());
  const NoGradient no_gradient;
  const Tensor film = to_compute_device(films.film(0));
  const auto method = load_method(folder / "flow.safetensors").method;
  const auto drawn_at = [&](const Tensor& small) {
    return image_from_tensor(to_host(method->draw(film, small, {}).film.value()), 8).pixels;
  };
  const Tensor small = to_compute_device(resized_film(films.film(0), 32, 32));
  const ReleaseSettings settings{method_settings<FlowField>({}), folder / "flow.safetensors"};
  EXPECT_EQ(Releaser(settings, {}, 1).release_one(films, 0).image.pixels, drawn_at(small));
  EXPECT_NE(drawn_at(film), drawn_at(small));
}

TEST_F(Evaluation, InversionTakesNoiseAwayAgain) {
  NoiseAnonymizer noisy({.init_features = 4, .noise_degree = 0.2}, Initializer(1));
  Facts facts =
      facts_of(GeneratorSettings{method_settings<Noise>({{.init_features = 4, .noise_degree = 0.2}})});
  facts["image_size"] = "64";
  write_safetensors(folder / "noise.safetensors", {noisy.generator.state(), facts});
  const auto lines = read_pairs(at("pairs/test.txt"));
  write_pairs(folder / "pairs", {lines.begin(), lines.begin() + 6});
  const auto strangers = read_list(at("splits/train.txt"));
  write_list(folder / "cohort", {strangers.begin(), strangers.begin() + 4});
  InversionConfig config{.common = {.data = data(),
                                    .test_pairs = folder / "pairs",
                                    .cohort_list = folder / "cohort",
                                    .release = {method_settings<Noise>({}), folder / "noise.safetensors"}},
                         .steps = 40};
  const auto result = evaluate(config);
  EXPECT_GT(result.restored.mean_psnr, result.released.mean_psnr + 3);
  EXPECT_GT(result.restored.mean_ssim, result.released.mean_ssim);
  config.common.release = {method_settings<Pixelization>({}), ""};
  EXPECT_THROW(evaluate(config), UsageError);
}

TEST_F(Evaluation, AveragingTakesDrawnNoiseAway) {
  const AveragingConfig config{.common = {.data = data(),
                                          .test_pairs = at("pairs/test.txt"),
                                          .cohort_list = at("splits/valid.txt"),
                                          .release = {method_settings<Pixelization>({.cell = 2}), ""}},
                               .releases = 6};
  const auto result = evaluate(config);
  EXPECT_GT(result.restored.mean_psnr, result.released.mean_psnr + 1);
}

}  // namespace
}  // namespace scrim::test
