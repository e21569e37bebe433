// Findings of films without labels: a classifier's word, a bit for each finding.
#pragma once

#include "films/donor_pool.h"
#include "films/film_set.h"
#include "methods/surrogate/finding_cells.h"
#include "models/networks/weight_files.h"

namespace scrim {

/// A film has a finding where the classifier's probability lies above that of as large a share of the pool's films as do not
/// have it: what it says of the pool is then as frequent as the pool's labels say.
class FindingReader {
 public:
  /// weights: of train_classifier. Looks at every film of the pool.
  FindingReader(const std::filesystem::path& weights, const DonorPool& pool);

  /// Of each film, in order.
  std::vector<FindingSet> read(const FilmSet& films) const;

 private:
  LoadedClassifier classifier_;
  std::vector<float> thresholds_;  ///< logits, by finding
};

}  // namespace scrim
