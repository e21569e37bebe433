#include "evaluation/tasks/restoration.h"

#include "base/config/config_checks.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "evaluation/restorers/averaging.h"
#include "evaluation/restorers/inversion.h"
#include "measures/image_quality.h"
#include "training/tasks/train_verifier.h"

namespace scrim {
namespace {

void check(const RestorationSettings& c) {
  check(c.data, 16);
  check_given("data.test_pairs", c.test_pairs, "a file of pairs");
  check_given("data.cohort_list", c.cohort_list, "a file with one film name per line");
  check_release_fields(c);
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
}

/// Films, what was released of them, and what an attacker makes of that.
struct Films {
  FilmSet real, released, restored;
};

class Scene {
 public:
  Scene(const RestorationSettings& c, const Releaser& releaser, const Restorer& restorer)
      : c_(c),
        labels_(c.labels.empty() ? std::nullopt : std::optional<LabelTable>(c.labels)),
        test_(read_pairs(c.test_pairs), {}, labels_ ? &*labels_ : nullptr, {}),
        films_(films_of(test_.films(), releaser, restorer)),
        cohort_(films_of(read_list(c.cohort_list), releaser, restorer)) {
    const auto patient = [this](const std::string& film) {
      return labels_ ? labels_->patient_of(film) : patient_of_name(film);
    };
    require_apart(cohort_.real, films_.real, patient, {"strangers", "test"});
    if (c.verifier.empty()) return;
    verifier_ = load_verifier(c.verifier);
    if (c.valid_pairs.empty()) return;
    const IdentityTest valid(read_pairs(c.valid_pairs), {}, labels_ ? &*labels_ : nullptr, {});
    const Films films = films_of(valid.films(), releaser, restorer);
    is_turned_around_ =
        roc_auc(ungrouped(verifier_cases(valid, films.released, films.real))).value_or(1) < 0.5;
  }

  RestorationResult result(const char* task, std::string method, std::string attack) const {
    RestorationResult r{task, std::move(method), std::move(attack), films_.real.count(), {}, {}, {}, {}};
    const Random random(std::uint64_t(c_.seed), "bootstrap");
    const auto figures = [&](const std::vector<GroupedCase>& cases) {
      return verification_figures(cases, c_.bootstrap_draws, random);
    };
    const auto gain = [&](const auto& before, const auto& after) {
      return paired_auc_difference(before, after, c_.bootstrap_draws, random);
    };
    const auto before = correlation_cases(films_.released, cohort_.released),
               after = correlation_cases(films_.restored, cohort_.restored);
    r.released = exposure(films_.released, figures(before));
    r.restored = exposure(films_.restored, figures(after));
    r.correlation_gain = gain(before, after);
    if (verifier_) {
      const auto seen = verifier_cases(test_, films_.released, films_.real),
                 seen_after = verifier_cases(test_, films_.restored, films_.real);
      r.released.verifier = figures(seen);
      r.restored.verifier = figures(seen_after);
      r.verifier_gain = gain(seen, seen_after);
    }
    return r;
  }

 private:
  Films films_of(const std::vector<std::string>& names, const Releaser& releaser,
                 const Restorer& restorer) const {
    FilmSet real(c_.data.images, names, c_.data.options());
    FilmSet released = releaser.release(real), restored = restorer.restored(real, released);
    return {std::move(real), std::move(released), std::move(restored)};
  }

  std::vector<GroupedCase> cases(const IdentityTest& test, std::vector<double> scores) const {
    const auto pairs = test.stranger_pairs(false);
    std::vector<GroupedCase> result;
    for (std::size_t i = 0; i < pairs.size(); ++i)
      result.push_back({{scores[i], pairs[i].same_patient},
                        test.patients()[std::size_t(pairs[i].first)],
                        test.patients()[std::size_t(pairs[i].second)]});
    return result;
  }
  std::vector<GroupedCase> correlation_cases(const FilmSet& held, const FilmSet& cohort) const {
    CorrelationAttacker attacker(&cohort_.real, &cohort);
    const auto a = attacker.look(held, FilmKind::released), b = attacker.look(films_.real, FilmKind::real);
    return cases(test_, attacker.scores(*a, *b, test_.stranger_pairs(false)));
  }
  std::vector<GroupedCase> verifier_cases(const IdentityTest& test, const FilmSet& held,
                                          const FilmSet& real) const {
    auto& network = *verifier_->network;
    auto scores = pair_logits(network, embeddings(network, held), embeddings(network, real),
                              test.stranger_pairs(false));
    if (is_turned_around_)
      for (double& score : scores) score = -score;
    return cases(test, std::move(scores));
  }

  /// The original of film `i` in the size and depth of the film that the attacker holds.
  GrayImage as_held(std::int64_t i, const GrayImage& held) const {
    const GrayImage original = films_.real.image(i);
    if (original.height == held.height && original.width == held.width && original.bits == held.bits)
      return original;
    return image_from_tensor(resized_film(tensor_from_image(original), held.height, held.width), held.bits);
  }
  Exposure exposure(const FilmSet& held, VerificationFigures correlation) const {
    Exposure e{0, 0, std::move(correlation), {}};
    const double count = double(held.count());
    for (std::int64_t i = 0; i < held.count(); ++i) {
      const GrayImage other = held.image(i), original = as_held(i, other);
      e.mean_psnr += psnr(original, other) / count;
      e.mean_ssim += ssim(original, other) / count;
    }
    return e;
  }

  const RestorationSettings& c_;
  std::optional<LabelTable> labels_;
  IdentityTest test_;
  Films films_, cohort_;
  std::optional<LoadedVerifier> verifier_;
  bool is_turned_around_ = false;
};

RestorationResult result_of(const RestorationSettings& settings, const Releaser& releaser,
                            const Restorer& restorer, const char* task) {
  return Scene(settings, releaser, restorer)
      .result(task, releaser.method().describe(),
              fmt::format("{}; knows {}", restorer.name(), restorer.knows()));
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
  const RestorationSettings& c = config.common;
  Releaser releaser(c.release, c.masks, std::uint64_t(c.seed));
  return result_of(c, releaser, Inversion(releaser, config.steps, config.learning_rate),
                   InversionConfig::task);
}

RestorationResult evaluate(const AveragingConfig& config) {
  check(config);
  const RestorationSettings& c = config.common;
  const Releaser releaser(c.release, c.masks, std::uint64_t(c.seed));
  return result_of(c, releaser, Averaging(releaser, config.releases), AveragingConfig::task);
}

}  // namespace scrim
