#include "evaluation/tasks/restoration.h"

#include "autograd/ops/loss.h"
#include "autograd/ops/unary.h"
#include "base/config/config_checks.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "measures/image_quality.h"
#include "tensor/compute_device.h"
#include "training/loop/loss_scale.h"
#include "training/tasks/train_verifier.h"

namespace scrim {
namespace {

void check(const RestorationSettings& c) {
  check(c.data, 16);
  check_given("data.test_pairs", c.test_pairs, "a file of pairs");
  check_release_fields(c);
}

/// The films of the test and what was released of them.
struct Scene {
  explicit Scene(const RestorationSettings& c)
      : releaser(c.release, c.masks, std::uint64_t(c.seed)),
        set(indexed(read_pairs(c.test_pairs))),
        real(c.data.images, set.names, c.data.options()),
        released(releaser.release(real)),
        cohort(c.data.images, c.cohort_list.empty() ? std::vector<std::string>{} : read_list(c.cohort_list),
               c.data.options()) {}

  Releaser releaser;
  PairSet set;
  FilmSet real, released, cohort;
};

double auc_of(const std::vector<double>& scores, const std::vector<IndexedPair>& pairs) {
  return roc_auc(scored_pairs(scores, pairs)).value_or(0.5);
}

/// The original of film `i` in the size and depth of the film that the attacker holds.
GrayImage as_held(const FilmSet& real, std::int64_t i, const FilmSet& held) {
  const GrayImage original = real.image(i), other = held.image(i);
  if (original.height == other.height && original.width == other.width && original.bits == other.bits)
    return original;
  return image_from_tensor(resized_film(tensor_from_image(original), other.height, other.width), other.bits);
}

Exposure exposure_of(const Scene& scene, const FilmSet& held, const std::string& verifier_weights) {
  Exposure e;
  const double count = double(held.count());
  for (std::int64_t i = 0; i < held.count(); ++i) {
    const GrayImage original = as_held(scene.real, i, held), other = held.image(i);
    e.mean_psnr += psnr(original, other) / count;
    e.mean_ssim += ssim(original, other) / count;
  }
  const CorrelationAttacker attacker(scene.cohort);
  e.correlation_auc =
      auc_of(attacker.scores(attacker.look_at(held), attacker.look_at(scene.real), scene.set.pairs),
             scene.set.pairs);
  if (!verifier_weights.empty()) {
    const auto verifier = load_verifier(verifier_weights);
    e.verifier_auc = auc_of(pair_logits(*verifier.network, embeddings(*verifier.network, held),
                                        embeddings(*verifier.network, scene.real), scene.set.pairs),
                            scene.set.pairs);
  }
  return e;
}

RestorationResult result_of(const char* task, const RestorationSettings& c, const Scene& scene,
                            const FilmSet& restored, std::string attack) {
  return {task,
          scene.releaser.method().describe(),
          std::move(attack),
          scene.real.count(),
          exposure_of(scene, scene.released, c.verifier),
          exposure_of(scene, restored, c.verifier)};
}

}  // namespace

void check(const InversionConfig& c) {
  check(c.common);
  expect(c.common.release.method.is_learned(), "release.method", c.common.release.method.method,
         fmt::format("a method with a network: {}", method_names(true)));
  expect(c.steps >= 1, "inversion.steps", c.steps, "at least 1");
  expect(c.learning_rate > 0, "inversion.learning_rate", c.learning_rate, "above 0");
  check_given("output.folder", c.folder, "a folder");
}

void check(const AveragingConfig& c) {
  check(c.common);
  expect(c.releases >= 1 && c.releases <= 10000, "averaging.releases", c.releases, "1 to 10000");
  check_given("output.folder", c.folder, "a folder");
}

RestorationResult evaluate(const InversionConfig& config) {
  check(config);
  Scene scene(config.common);
  std::vector<GrayImage> found;
  for (std::int64_t i = 0; i < scene.real.count(); ++i) {
    const Tensor seen = to_compute_device(scene.released.film(i));
    Variable x = Variable::parameter(seen.clone());
    const Variable mask = scene.releaser.mask_at(scene.real, i);
    Adam adam({{"film", &x}}, config.learning_rate);
    const LossScale scale;  // Adam takes steps of one size for a scaled loss and for the loss itself
    for (std::int64_t step = 0; step < config.steps; ++step) {
      x.zero_gradient();
      backward(scale.applied_to(mse(scene.releaser.apply(x, mask), seen)));
      adam.step();
      const NoGradient no_gradient;
      x.mutable_value() = clamp(Variable(x.value()), 0, 1).value();
    }
    found.push_back(image_from_tensor(to_host(x.value()), 8));
  }
  return result_of(InversionConfig::task, config.common, scene,
                   FilmSet(scene.real.names(), std::move(found), scene.real.image_size()),
                   fmt::format("{} steps of gradient descent on the pixels, network known", config.steps));
}

RestorationResult evaluate(const AveragingConfig& config) {
  check(config);
  Scene scene(config.common);
  std::vector<std::vector<double>> sums;
  std::vector<GrayImage> means;
  for (std::int64_t release = 0; release < config.releases; ++release) {
    const FilmSet films = scene.releaser.release(scene.real, std::uint64_t(release));
    for (std::int64_t i = 0; i < films.count(); ++i) {
      const GrayImage image = films.image(i);
      if (release == 0) {
        sums.emplace_back(image.pixels.size(), 0.0);
        means.push_back({image.height, image.width, image.bits, {}});
      }
      for (std::size_t p = 0; p < image.pixels.size(); ++p) sums[std::size_t(i)][p] += image.pixels[p];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    for (const double sum : sums[i])
      means[i].pixels.push_back(std::uint16_t(sum / double(config.releases) + 0.5));
  return result_of(AveragingConfig::task, config.common, scene,
                   FilmSet(scene.real.names(), std::move(means), scene.real.image_size()),
                   fmt::format("the mean of {} releases of each film", config.releases));
}

}  // namespace scrim
