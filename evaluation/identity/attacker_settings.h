// How the attackers of an evaluation learn: sections of its configuration.
#pragma once

#include "films/augmentation.h"
#include "models/networks/network_settings.h"
#include "training/loop/settings.h"

namespace scrim {

/// How long an attacker learns that has several starts.
template <class Settings, class Visit>
void visit_epochs(const char* table, Settings& s, Visit&& visit) {
  visit(table, "epochs", s.epochs, "most passes over the training data; the learning rate falls to 0");
  visit(table, "warmup_epochs", s.warmup_epochs, "epochs in which the learning rate rises");
  visit(table, "batch_size", s.batch_size, "pairs a step; each film is compared with all others");
  visit(table, "early_stopping", s.early_stopping,
        "stop after this many epochs without a better validation; 0 = never");
}

/// The attacker that learns an embedding of films.
struct EmbeddingSettings {
  VerifierSettings model{.width = 16, .layers = {1, 1, 1, 1}, .grid = 2};
  std::string start_weights;
  std::int64_t starts = 5;
  double temperature = 0.05, weight_average = 0.99;
  AugmentationSettings augmentation{.rotate_degrees = 8,
                                    .scale = 0.12,
                                    .shift = 0.06,
                                    .brightness = 0.15,
                                    .contrast = 0.3,
                                    .gamma = 0.4,
                                    .noise = 0.04,
                                    .erase = 0.5};
  std::int64_t epochs = 120, batch_size = 128, warmup_epochs = 4, early_stopping = 40;
  OptimizerSettings optimizer{.name = "adamw", .learning_rate = 1e-3, .weight_decay = 0.05};
  std::vector<double> learning_curve;
};

template <class Visit>
void visit_fields(EmbeddingSettings& e, Visit&& visit) {
  visit("embedding", "starts", e.starts,
        "random starts of the attacker that learns an embedding of films, asked together; 0 = none");
  visit_fields(e.model, "embedding", visit);
  visit("embedding", "start_weights", e.start_weights, "weight file to start from; \"\" = random weights");
  visit("embedding", "temperature", e.temperature, "cosines of embeddings are compared over this");
  visit("embedding", "weight_average", e.weight_average,
        "what a step keeps of the weights' exponential average; 0 = no average");
  visit_epochs("embedding", e, visit);
  visit("embedding", "learning_curve", e.learning_curve,
        "shares of the training patients, such as [0.25, 0.5]: one start learns from each, in about as many "
        "steps");
  visit_fields(e.augmentation, [&](const char*, const char* key, auto& field, const char* help) {
    visit("embedding.augmentation", key, field, help);
  });
  visit_fields(e.optimizer, "embedding.optimizer", visit);
}

/// The attacker that learns which places of two films show the same anatomy.
struct MatchingSettings {
  MatcherSettings model;
  std::int64_t starts = 5;
  /// Films are registered before they are compared: more turning and scaling teaches less (docs/results.md).
  AugmentationSettings augmentation{.rotate_degrees = 4,
                                    .scale = 0.06,
                                    .shift = 0.05,
                                    .brightness = 0.1,
                                    .contrast = 0.3,
                                    .gamma = 0.4,
                                    .noise = 0.03,
                                    .erase = 0.3};
  double weight_average = 0.99;
  std::int64_t epochs = 12, batch_size = 64, warmup_epochs = 1, early_stopping = 10;
  OptimizerSettings optimizer{.name = "adamw", .learning_rate = 1e-3, .weight_decay = 0.02};
};

template <class Visit>
void visit_fields(MatchingSettings& m, Visit&& visit) {
  visit(
      "matching", "starts", m.starts,
      "random starts of the attacker that learns which places of two films match, asked together; 0 = none");
  visit_fields(m.model, "matching", visit);
  visit("matching", "weight_average", m.weight_average,
        "what a step keeps of the weights' exponential average");
  visit_epochs("matching", m, visit);
  visit_fields(m.augmentation, [&](const char*, const char* key, auto& field, const char* help) {
    visit("matching.augmentation", key, field, help);
  });
  visit_fields(m.optimizer, "matching.optimizer", visit);
}

/// What attackers do to released films before they compare (evaluation/restorers/restorer.h).
struct RestorerSettings {
  std::vector<std::string> by = {"network", "inverse_warp", "averaging", "gate"};
  bool retrain = true;
  std::int64_t init_features = 16, epochs = 40, batch_size = 16, early_stopping = 10;
  double learning_rate = 1e-3;
  std::int64_t releases = 8, inversion_steps = 60;
  double inversion_learning_rate = 0.01;
};

template <class Visit>
void visit_fields(RestorerSettings& r, Visit&& visit) {
  visit("restorer", "by", r.by,
        "how released films are brought nearer to the real ones before they are compared, where the method "
        "allows it: \"network\", \"inverse_warp\", \"averaging\", \"inversion\", \"gate\" (what is not the "
        "patient's is covered)");
  visit("restorer", "retrain", r.retrain,
        "network: also train the attackers of [embedding] and [matching] on restored films");
  visit("restorer", "init_features", r.init_features, "network: features of the U-Net's first level");
  visit("restorer", "epochs", r.epochs, "network: most passes over the training data");
  visit("restorer", "batch_size", r.batch_size, "network: films a step");
  visit("restorer", "learning_rate", r.learning_rate, "network: at the start; falls to 0");
  visit("restorer", "early_stopping", r.early_stopping,
        "network: stop after this many epochs without a better validation; 0 = never");
  visit("restorer", "releases", r.releases, "averaging: of each film");
  visit("restorer", "inversion_steps", r.inversion_steps, "inversion: of the descent");
  visit("restorer", "inversion_learning_rate", r.inversion_learning_rate,
        "inversion: step size of the descent, gray values");
}

/// Small networks that read sex, view and age from films (evaluation/attackers/attribute_reader.h).
struct AttributeSettings {
  bool read = true;
  ClassifierSettings model{.growth = 8, .blocks = {2, 4, 4, 2}, .init_features = 16};
  std::int64_t epochs = 30, batch_size = 32, early_stopping = 8;
  double learning_rate = 1e-3;
};

template <class Visit>
void visit_fields(AttributeSettings& a, Visit&& visit) {
  visit("attributes", "read", a.read,
        "train a small classifier that reads sex, view and age from films, as a second control");
  visit("attributes", "growth", a.model.growth, "features added per layer of its DenseNet");
  visit("attributes", "blocks", a.model.blocks, "layers of its dense blocks");
  visit("attributes", "init_features", a.model.init_features, "features of its first convolution");
  visit("attributes", "epochs", a.epochs, "most passes over the training films");
  visit("attributes", "batch_size", a.batch_size, "films a step");
  visit("attributes", "learning_rate", a.learning_rate, "at the start; falls to 0");
  visit("attributes", "early_stopping", a.early_stopping,
        "stop after this many epochs without a better validation; 0 = never");
}

/// Throw UsageError that names the key whose value does not make sense.
void check(const EmbeddingSettings& settings);
void check(const MatchingSettings& settings);
void check(const RestorerSettings& settings);
void check(const AttributeSettings& settings);

}  // namespace scrim
