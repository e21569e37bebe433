// Batches of pairs of films for networks that learn identity: drawn changes, releases drawn anew, and who is whose.
#pragma once

#include <functional>

#include "films/augmentation.h"
#include "training/loop/training_loop.h"
#include "training/tasks/batch_negatives.h"

namespace scrim {

/// Pairs whose first and second films come from two sets of the same names: films and what was made of them.
struct PairData {
  const FilmSet& first;
  const FilmSet& second;
  const std::vector<IndexedPair>& pairs;
  /// Of each film; empty: films that pairs of one patient connect are of one patient, all others of different ones.
  std::vector<std::string> patients;
  /// Where set, a film of the first or second side as training sees it, drawn anew for each `draw`: a method's noise that
  /// came back in every epoch would be learned instead of the patients. Callable from several threads.
  std::function<Tensor(bool is_second, std::int64_t film, std::uint64_t draw)> fresh_film;
};

struct PairBatch {
  Tensor first, second;    ///< [N,S,S,1]
  Tensor same;             ///< [N] of listed pairs, or
  InBatchTargets targets;  ///< of all films with all

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&first, &second, &same}) visit(*tensor);
    targets.for_each_tensor(visit);
  }
};

/// What a batch's films are compared with.
enum class Comparisons {
  listed,    ///< their partners: `same`
  in_batch,  ///< first films with all second ones: `targets`
  both_ways  ///< all films with all others: `targets` of cosine_search_loss()
};

class PairBatches {
 public:
  struct Options {
    Comparisons comparisons;
    std::int64_t batch_size, image_size;
    std::uint64_t seed;
  };
  /// `train` and `augmentation` are used as long as this lives. Where films are compared with all others, the pairs of two
  /// patients are left out. Throws Error when no pair is left.
  PairBatches(const PairData& train, const AugmentationSettings& augmentation, const Options& options);

  std::int64_t count() const { return std::int64_t(pairs_.size()); }
  PairBatch make(const Batch& batch) const;

 private:
  const PairData& train_;
  const AugmentationSettings& augmentation_;
  Options options_;
  std::vector<IndexedPair> pairs_;
  std::vector<std::int64_t> patients_;  ///< by film
};

}  // namespace scrim
