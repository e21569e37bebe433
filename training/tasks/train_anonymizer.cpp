#include "training/tasks/train_anonymizer.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/unary.h"
#include "tensor/compute_device.h"
#include "training/loop/film_images.h"
#include "training/loop/step_runner.h"
#include "training/tasks/train_classifier.h"

namespace scrim {
namespace {

struct GameBatch {
  Tensor a, b, mask, findings, same;

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&a, &b, &mask, &findings, &same}) visit(*tensor);
  }
};

/// One side of the split: pairs of films with the findings, and the masks, of each.
struct GameData {
  GameData(const GameConfig& config, const std::string& list, const LabelTable& labels, bool wants_masks)
      : pairs(indexed(read_pairs(list))),
        films(config.data.images, pairs.names, config.data.options()),
        findings(finding_targets(labels, pairs.names)) {
    if (wants_masks) masks.emplace(config.masks, pairs.names, config.data.options());
  }

  GameBatch batch(const std::vector<std::int64_t>& examples) const {
    std::vector<std::int64_t> first, second;
    std::vector<float> same;
    Tensor chosen = Tensor::empty({std::int64_t(examples.size()), findings.size(1)});
    float* out = chosen.mutable_data<float>().data();
    for (const std::int64_t example : examples) {
      const IndexedPair& pair = pairs.pairs[std::size_t(example)];
      first.push_back(pair.first);
      second.push_back(pair.second);
      same.push_back(pair.same_patient ? 1.f : 0.f);
      out = std::copy_n(findings.data<float>().data() + pair.first * findings.size(1), findings.size(1), out);
    }
    return {films.batch(first), films.batch(second), masks ? masks->batch(first) : Tensor(), chosen,
            Tensor::from<float>({std::int64_t(same.size())}, same)};
  }

  PairSet pairs;
  FilmSet films;
  Tensor findings;
  std::optional<MaskSet> masks;
};

class GameTask : public TrainingTask {
 public:
  explicit GameTask(const GameConfig& config)
      : config_(config),
        generator_(make_generator(config.generator, initializer_of(config.training))),
        verifier_(load_verifier(config.verifier_weights)),
        classifier_(load_classifier(config.classifier_weights)),
        labels_(config.labels),
        train_(config, config.lists.train, labels_, generator_->wants_masks()),
        generator_learner_("generator", generator_->generator(), config.generator_optimizer),
        verifier_learner_("verifier", *verifier_.network, config.verifier_optimizer),
        classifier_learner_("classifier", *classifier_.network, config.classifier_optimizer) {
    if (verifier_.image_size != config.data.image_size)
      throw UsageError(
          fmt::format("[config] judges.verifier was trained on films of {} pixels, data.image_size is {}",
                      verifier_.image_size, config.data.image_size));
    if (!config.generator_weights.empty())
      generator_->generator().load_state(load_method(config.generator_weights).method->generator().state());
    if (!config.lists.valid.empty()) {
      valid_.emplace(config, config.lists.valid, labels_, generator_->wants_masks());
      require_apart(train_.films, valid_->films,
                    [this](const std::string& film) { return labels_.patient_of(film); });
    }
  }

  std::int64_t examples() const override { return std::int64_t(train_.pairs.pairs.size()); }
  std::vector<std::string> train_columns() const override {
    return {"verifier_update", "classifier_update", "classifier_loss", "verifier_loss", "total_loss"};
  }
  std::vector<ValidColumn> valid_columns() const override {
    if (!valid_) return {};
    return {{"classifier_loss", "lowest_classifier_loss"},
            {"verifier_loss", "lowest_verifier_loss"},
            {"total_loss", GameConfig::best_stem}};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<GameBatch>(
        {.read = [this](const Batch& batch) { return train_.batch(batch.examples); },
         .work = [this](const GameBatch& batch, const Batch&) { return play(batch); }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    generator_->generator().set_training(false);
    verifier_.network->set_training(false);
    classifier_.network->set_training(false);
    double classifier_sum = 0, verifier_sum = 0, total_sum = 0;
    constexpr std::int64_t at_once = 16;
    const auto count = std::int64_t(valid_->pairs.pairs.size());
    for (std::int64_t begin = 0; begin < count; begin += at_once) {
      std::vector<std::int64_t> examples;
      for (std::int64_t i = begin; i < std::min(begin + at_once, count); ++i) examples.push_back(i);
      const GameBatch batch = on_compute_device(valid_->batch(examples));
      const Variable fake = (*generator_)(batch.a, batch.mask);
      Losses losses;
      const double total = generator_loss(fake, batch, losses).value().item(),
                   share = double(examples.size());
      classifier_sum += share * losses.classifier.item();
      verifier_sum += share * losses.verifier.item();
      total_sum += share * total;
    }
    for (std::int64_t i = 0; i < std::min(config_.training.images_logged, count); ++i) {
      const GameBatch batch = on_compute_device(valid_->batch({i}));
      log_before_and_after(events, i, step, batch.a, (*generator_)(batch.a, batch.mask).value());
    }
    return {classifier_sum / double(count), verifier_sum / double(count), total_sum / double(count)};
  }

  std::vector<Learner*> learners() override {
    return {&generator_learner_, &verifier_learner_, &classifier_learner_};
  }

  std::map<std::string, TensorFile> weights() const override {
    const auto file = [&](const Module& network, const Facts& facts, std::int64_t image_size) {
      return weight_file(network.state(), facts, image_size, GameConfig::task);
    };
    return {
        {"", file(generator_->generator(), facts_of(config_.generator), config_.data.image_size)},
        {"verifier", file(*verifier_.network, facts_of(verifier_.settings), verifier_.image_size)},
        {"classifier", file(*classifier_.network, facts_of(classifier_.settings), classifier_.image_size)}};
  }

 private:
  /// The judges' parts of the generator's loss, on the device.
  struct Losses {
    Tensor classifier, verifier;
  };

  /// The generator's step, then its judges' on what it has shown.
  std::vector<StepValue> play(const GameBatch& batch) {
    Losses losses;
    Tensor shown;
    StepValue total;
    generator_->generator().set_training(true);
    {
      const Frozen verifier(*verifier_.network), classifier(*classifier_.network);
      verifier_.network->set_training(false);
      classifier_.network->set_training(false);
      total = generator_learner_.step([&] {
        const Variable fake = (*generator_)(batch.a, batch.mask);
        shown = fake.value();
        return generator_loss(fake, batch, losses);
      });
    }
    verifier_.network->set_training(true);
    const StepValue verifier =
        verifier_learner_.step([&] { return bce_with_logits(verifier_logits(shown, batch.b), batch.same); });
    classifier_.network->set_training(true);
    const StepValue classifier = classifier_learner_.step(
        [&] { return bce_with_logits(classifier_.network->logits(for_classifier(shown)), batch.findings); });
    return {verifier, classifier, {losses.classifier}, {losses.verifier}, total};
  }

  Variable verifier_logits(const Variable& a, const Variable& b) {
    const Variable logits = (*verifier_.network)(a, b);
    return reshape(logits, {logits.shape()[0]});
  }

  Variable for_classifier(const Variable& films) const {
    const std::int64_t size = classifier_.image_size;
    if (size == config_.data.image_size) return films;
    return resize(films, size, size,
                  {config_.game.resize == "published" ? kernels::ResizeMode::bilinear
                                                      : kernels::ResizeMode::antialiased});
  }

  Variable generator_loss(const Variable& fake, const GameBatch& batch, Losses& losses) {
    const Variable classifier =
        bce_with_logits(classifier_.network->logits(for_classifier(fake)), batch.findings);
    const Variable verifier = recognition_loss(verifier_logits(fake, batch.b), batch.same);
    losses = {classifier.value(), verifier.value()};
    return scale(classifier, config_.game.ac_loss_weight) + scale(verifier, config_.game.ver_loss_weight);
  }

  /// Mean of -log(1 - s) over the pairs that the game looks at; 0 when a batch has none.
  Variable recognition_loss(const Variable& logits, const Tensor& same) const {
    if (config_.game.pairs == "published") return verification_nll(logits);
    const kernels::Axes all = kernels::Axes::all(same.shape());
    const Variable count = maximum(sum(Variable(same), all), same.full_like({}, 1));
    return sum(softplus(logits) * Variable(same), all) / count;
  }

  const GameConfig& config_;
  std::unique_ptr<LearnedMethod> generator_;
  LoadedVerifier verifier_;
  LoadedClassifier classifier_;
  LabelTable labels_;
  GameData train_;
  std::optional<GameData> valid_;
  Learner generator_learner_, verifier_learner_, classifier_learner_;
};

}  // namespace

void check(const GameConfig& c) {
  check(c.data, 16);
  check_given("data.train_pairs", c.lists.train, "a file of pairs");
  check_given("data.labels", c.labels, "a table of findings");
  expect(c.masks.feather >= 0 && c.masks.feather <= 256, "masks.feather", c.masks.feather, "0 to 256");
  check(c.generator, "generator");
  check_given("judges.verifier", c.verifier_weights, "a weight file of train_verifier");
  check_given("judges.classifier", c.classifier_weights, "a weight file of train_classifier");
  expect(c.game.ac_loss_weight >= 0, "game.ac_loss_weight", c.game.ac_loss_weight, "at least 0");
  expect(c.game.ver_loss_weight >= 0, "game.ver_loss_weight", c.game.ver_loss_weight, "at least 0");
  expect(c.game.pairs == "published" || c.game.pairs == "same_patient_only", "game.pairs", c.game.pairs,
         "\"published\" or \"same_patient_only\"");
  expect(c.game.resize == "published" || c.game.resize == "antialiased", "game.resize", c.game.resize,
         "\"antialiased\" or \"published\"");
  check(c.training);
  check(c.generator_optimizer, "generator_optimizer");
  check(c.verifier_optimizer, "verifier_optimizer");
  check(c.classifier_optimizer, "classifier_optimizer");
  check_given("output.folder", c.folder, "a folder");
}

TrainingResult run(const GameConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  GameTask task(config);
  return run_training_loop(task, loop_settings(config, {}, config_text, resume), progress);
}

}  // namespace scrim
