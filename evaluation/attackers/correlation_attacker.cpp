#include "evaluation/attackers/correlation_attacker.h"

#include "evaluation/attackers/film_structures.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

static_assert(FilmFit::side == FilmStructures::side);

template <class Structures>
struct StructureLook : FilmFit::Look {
  explicit StructureLook(const Tensor& film) : structures(film) {}
  Structures structures;
};

template <class Structures>
FilmFit::Looks looks_at(const std::vector<Tensor>& films) {
  FilmFit::Looks looks(films.size());
  parallel_for(std::int64_t(films.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      looks[std::size_t(i)] = std::make_unique<StructureLook<Structures>>(films[std::size_t(i)]);
  });
  return looks;
}

class StructureFit : public FilmFit {
 public:
  Looks first(const std::vector<Tensor>& films) const override { return looks_at<FilmStructures>(films); }
  Looks second(const std::vector<Tensor>& films) const override { return looks_at<TurnedStructures>(films); }
  double likeness(const Look& first, const Look& second) const override {
    return scrim::likeness(static_cast<const StructureLook<FilmStructures>&>(first).structures,
                           static_cast<const StructureLook<TurnedStructures>&>(second).structures);
  }
};

}  // namespace

CorrelationAttacker::CorrelationAttacker(const FilmSet* real_cohort, const FilmSet* released_cohort)
    : CohortAttacker({.name = "correlation",
                      .family = "correlation",
                      .knows = (real_cohort && real_cohort->count() > 0) ||
                                       (released_cohort && released_cohort->count() > 0)
                                   ? "films of strangers"
                                   : "nothing else"},
                     std::make_unique<StructureFit>(), real_cohort, released_cohort) {}

}  // namespace scrim
