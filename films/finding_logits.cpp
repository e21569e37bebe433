#include "films/finding_logits.h"

#include "data/files/film_labels.h"

namespace scrim {

Tensor film_logits(DenseNet& classifier, const FilmSet& films) {
  const NoGradient no_gradient;
  classifier.set_training(false);
  return rows_of_films(films, [&](const Tensor& batch) { return classifier.logits(batch).value(); });
}

Tensor finding_logits(DenseNet& classifier, const FilmSet& films) {
  Tensor logits = film_logits(classifier, films);
  require(logits.size(1) == std::int64_t(finding_names.size()), "classifier",
          "the network names {} findings, expected {}", logits.size(1), finding_names.size());
  return logits;
}

}  // namespace scrim
