// What a classifier says of films.
#pragma once

#include "films/film_set.h"
#include "models/densenet.h"

namespace scrim {

/// Logits [count, outputs] of every film, in evaluation mode.
Tensor film_logits(DenseNet& classifier, const FilmSet& films);
/// The same of a classifier of findings: [count, 14].
Tensor finding_logits(DenseNet& classifier, const FilmSet& films);

}  // namespace scrim
