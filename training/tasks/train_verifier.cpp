#include "training/tasks/train_verifier.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/concat.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/reduce.h"
#include "tensor/compute_device.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

/// Of films named as in NIH; empty where a name does not say it.
std::vector<std::string> patients_by_name(const std::vector<std::string>& films) {
  std::vector<std::string> patients;
  for (const auto& film : films) {
    patients.push_back(patient_of_name(film));
    if (patients.back().empty()) return {};
  }
  return patients;
}

class VerifierTask : public TrainingTask {
 public:
  VerifierTask(const VerifierConfig& config, const PairData& train, const PairData* valid)
      : config_(config),
        train_(train),
        batches_(
            train_, config.augmentation,
            {in_batch() ? by_cosine() ? Comparisons::both_ways : Comparisons::in_batch : Comparisons::listed,
             config.training.batch_size, train.first.image_size(), std::uint64_t(config.training.seed)}),
        valid_(valid),
        network_(build(config.model, initializer_of(config.training))),
        learner_("verifier", verifier_, config.optimizer) {
    if (!config.start_weights.empty())
      verifier_.load_state(load_verifier(config.start_weights).network->state());
    if (config.weight_average > 0) {
      average_.emplace(verifier_, config.weight_average);
      averaged_ = build(config.model, Initializer::none());
      averaged_->to(compute_device());
    }
  }

  std::int64_t examples() const override { return batches_.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    if (!valid_) return {};
    // Learning to find a partner makes logits large and the cross-entropy of listed pairs a poor judge.
    if (in_batch()) return {{"loss", ""}, {"one_minus_auc", "best"}};
    return {{"auc", "", Better::higher}, {"loss", "best"}};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<PairBatch>({.read = [this](const Batch& batch) { return batches_.make(batch); },
                                   .work =
                                       [this](const PairBatch& batch, const Batch&) {
                                         verifier_.set_training(true);
                                         std::vector losses{learner_.step([&] { return loss(batch); })};
                                         if (average_) average_->update(verifier_);
                                         return losses;
                                       }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    SiameseVerifier& network = validated();
    const Tensor first = embeddings(network, valid_->first);
    const Tensor second = &valid_->first == &valid_->second ? first : embeddings(network, valid_->second);
    const auto logits = by_cosine() ? pair_cosines(first, second, valid_->pairs)
                                    : pair_logits(network, first, second, valid_->pairs);
    std::vector<Scored> scored = scored_pairs(logits, valid_->pairs);
    double sum = 0;
    for (const Scored& c : scored) {
      const double z =
          c.positive ? -c.score : c.score;  // softplus(z) = -log of the right answer's probability
      sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    }
    const double auc = roc_auc(scored).value_or(0.5);
    for (Scored& c : scored) c.score = 1 / (1 + std::exp(-c.score));
    events.pr_curve("same_patient", step, scored);
    const double loss = sum / double(logits.size());
    if (in_batch()) return {loss, 1 - auc};
    return {auc, loss};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }
  WeightAverage* average() override { return average_ ? &*average_ : nullptr; }

  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(average_ ? average_->state() : verifier_.state(), facts_of(config_.model),
                             train_.first.image_size(), VerifierConfig::task)}};
  }

 private:
  Variable loss(const PairBatch& batch) {
    if (by_cosine())
      return cosine_search_loss(verifier_, verifier_.embedding(concat({batch.first, batch.second}, 0)),
                                batch.targets, config_.contrast.temperature);
    if (in_batch()) {
      const Variable first = verifier_.embedding(batch.first);
      return in_batch_loss(verifier_, first, verifier_.embedding(batch.second), batch.targets);
    }
    const Variable logits = verifier_(batch.first, batch.second);
    return bce_with_logits(reshape(logits, batch.same.shape()), batch.same);
  }

  bool in_batch() const { return config_.contrast.negatives == "in_batch"; }
  bool by_cosine() const { return config_.contrast.temperature > 0; }

  /// The network as it would be saved now.
  SiameseVerifier& validated() {
    if (!average_) return verifier_;
    averaged_->load_state(average_->state());
    return *averaged_;
  }

  const VerifierConfig& config_;
  const PairData& train_;
  PairBatches batches_;
  const PairData* valid_;
  std::unique_ptr<SiameseVerifier> network_;
  SiameseVerifier& verifier_ = *network_;
  Learner learner_;
  std::optional<WeightAverage> average_;
  std::unique_ptr<SiameseVerifier> averaged_;  ///< a network for the average
};

}  // namespace

void check(const VerifierConfig& c) {
  check(c.data, 1);
  check_given("data.train_pairs", c.lists.train, "a file of pairs");
  check(c.augmentation);
  check(c.model, "model");
  check(c.contrast, c.training.batch_size);
  expect(c.weight_average >= 0 && c.weight_average < 1, "training.weight_average", c.weight_average,
         "0 <= weight_average < 1");
  expect(c.weight_average == 0 || !c.training.cuda_graph, "training.weight_average", c.weight_average,
         "0 when training.cuda_graph is set: a replayed step does not average");
  check_run_fields(c);
}

TrainingResult train_verifier(const VerifierConfig& config, const PairData& train, const PairData* valid,
                              const std::string& config_text, bool resume,
                              const std::function<void(const TrainingProgress&)>& progress) {
  VerifierTask task(config, train, valid);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

TrainingResult run(const VerifierConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  const PairSet train = indexed(pairs_to_learn_from(config.lists.train, config.contrast));
  const FilmSet train_films(config.data.images, train.names, config.data.options());
  const PairData train_data{train_films, train_films, train.pairs, patients_by_name(train.names), {}};
  if (config.lists.valid.empty())
    return train_verifier(config, train_data, nullptr, config_text, resume, progress);
  const PairSet valid = indexed(read_pairs(config.lists.valid));
  const FilmSet valid_films(config.data.images, valid.names, config.data.options());
  require_apart(train_films, valid_films, patient_of_name);
  const PairData valid_data{valid_films, valid_films, valid.pairs, {}, {}};
  return train_verifier(config, train_data, &valid_data, config_text, resume, progress);
}

std::vector<Scored> scored_pairs(const std::vector<double>& scores, const std::vector<IndexedPair>& pairs) {
  std::vector<Scored> cases;
  for (std::size_t i = 0; i < scores.size(); ++i) cases.push_back({scores[i], pairs[i].same_patient});
  return cases;
}

Tensor embeddings(SiameseVerifier& verifier, const FilmSet& films) {
  const NoGradient no_gradient;
  verifier.set_training(false);
  return rows_of_films(films, [&](const Tensor& batch) { return verifier.embedding(batch).value(); });
}

std::vector<double> pair_cosines(const Tensor& first, const Tensor& second,
                                 const std::vector<IndexedPair>& pairs) {
  const std::int64_t width = first.size(1);
  const auto product = [&](const float* a, const float* b) {
    double sum = 0;
    for (std::int64_t i = 0; i < width; ++i) sum += double(a[i]) * b[i];
    return sum;
  };
  std::vector<double> cosines;
  for (const IndexedPair& pair : pairs) {
    const float* a = first.data<float>().data() + pair.first * width;
    const float* b = second.data<float>().data() + pair.second * width;
    cosines.push_back(product(a, b) / std::sqrt(std::max(product(a, a) * product(b, b), 1e-30)));
  }
  return cosines;
}

std::vector<double> pair_logits(SiameseVerifier& verifier, const Tensor& first, const Tensor& second,
                                const std::vector<IndexedPair>& pairs) {
  const NoGradient no_gradient;
  const std::int64_t width = first.size(1);
  const auto rows = [&](const Tensor& table, std::int64_t IndexedPair::*index) {
    Tensor chosen = Tensor::empty({std::int64_t(pairs.size()), width});
    float* out = chosen.mutable_data<float>().data();
    for (const IndexedPair& pair : pairs) {
      std::copy_n(table.data<float>().data() + pair.*index * width, width, out);
      out += width;
    }
    return chosen;
  };
  const Tensor logits = to_host(verifier
                                    .compare(to_compute_device(rows(first, &IndexedPair::first)),
                                             to_compute_device(rows(second, &IndexedPair::second)))
                                    .value());
  const auto values = logits.data<float>();
  return {values.begin(), values.end()};
}

}  // namespace scrim
