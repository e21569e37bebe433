// Learning identity from every pair that a batch of films holds, not from the listed ones alone: N pairs of
// same-patient films cost 2 N embeddings and give N^2 comparisons. A film without a partner of its patient is its own
// partner, changed at random: it still teaches what strangers look like.
#pragma once

#include <vector>

#include "films/film_settings.h"
#include "models/siamese_verifier.h"

namespace scrim {

/// How a verifier learns from its lists.
struct ContrastSettings {
  std::string negatives = "listed";
  double temperature = 0;
  std::string single_films;
};

template <class Visit>
void visit_data_fields(ContrastSettings& c, Visit&& visit) {
  visit("data", "single_films", c.single_films,
        "in_batch: list of films also paired with themselves, changed by [augmentation]; \"\" = none");
}
template <class Visit>
void visit_training_fields(ContrastSettings& c, Visit&& visit) {
  visit("training", "negatives", c.negatives,
        "pairs of two patients: \"listed\" (published), or \"in_batch\" (all pairs of a batch)");
  visit("training", "temperature", c.temperature,
        "in_batch: a film's partner is searched for by the cosine of embeddings over this; 0 = by logits");
}
/// Throws UsageError that names the key whose value does not make sense.
void check(const ContrastSettings& settings, std::int64_t batch_size);

/// The list's pairs, and each single film with itself.
std::vector<Pair> pairs_to_learn_from(const std::string& list, const ContrastSettings& settings);

/// The number of each film's patient as the list tells it: films that same-patient pairs connect belong to one.
/// Indices of films are those of the pairs; a film that no pair names has a number of its own.
std::vector<std::int64_t> patients_of_pairs(const std::vector<IndexedPair>& pairs);

/// What in_batch_loss() compares a batch with; a step's data, made with it.
struct InBatchTargets {
  Tensor
      same;  ///< [N,N] row i: whether the film first[i] and each of the films second[...] show one patient, 0 or 1
  Tensor weights;  ///< [N,N] of the comparisons: half for those of one patient, half for the others
  Tensor
      hidden;  ///< [N,N] what takes a patient's other films out of the search for second[i]: very negative, else 0
  Tensor own;  ///< [N] i64, 0 to N - 1: the films that are searched for

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&same, &weights, &hidden, &own}) visit(*tensor);
  }
};
/// From the patients of both films of N pairs. `both_ways`: for cosine_search_loss(), own [2 N] and hidden [2 N, 2 N] over first
/// and second films together.
InBatchTargets in_batch_targets(const std::vector<std::int64_t>& first,
                                const std::vector<std::int64_t>& second, bool both_ways = false);

/// From the embeddings [N,embed] of films a and b, where a[i] and b[i] show one patient, the sum of
///   - the cross-entropy of finding b[i] among the b of other patients (InfoNCE: van den Oord et al., 2018,
///     equation 4, the network's logit as the similarity);
///   - the binary cross-entropy of all comparisons, both kinds weighing the same: it keeps sigmoid(logit) a
///     probability.
Variable in_batch_loss(SiameseVerifier& verifier, const Variable& a, const Variable& b,
                       const InBatchTargets& targets);

/// From embeddings [2 N, embed] of all first films, then all second ones: the cross-entropy of finding each film's partner among
/// all other films of the batch by cosine / temperature (NT-Xent: Chen et al., "A Simple Framework for Contrastive Learning of
/// Visual Representations", ICML 2020, equation 1); other films of the same patient are left out of the search. The
/// verifier's last layer learns beside, from in_batch_loss()'s second term, without changing the embeddings.
Variable cosine_search_loss(SiameseVerifier& verifier, const Variable& embeddings,
                            const InBatchTargets& targets, double temperature);

}  // namespace scrim
