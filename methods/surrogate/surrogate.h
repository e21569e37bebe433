// Method "surrogate": another person's film with the same findings is shown instead. Card: ../surrogate.md.
//
// encode: findings -> cell.   render: cell -> a donor's film.   Nothing but the cell passes from one to the other: not the
// film, its size, its name, its patient.
#pragma once

#include <memory>
#include <span>

#include "films/donor_pool.h"
#include "methods/method.h"
#include "methods/surrogate/finding_cells.h"

namespace scrim {

struct SurrogateSettings {
  std::string pool;  ///< folder of donors that `scrim pool` wrote
  CellOptions cells;
};
template <class Visit>
void visit_drawing_fields(SurrogateSettings& s, const char* table, Visit&& visit) {
  visit(table, "most_cells", s.cells.most_cells,
        "surrogate: sets of findings that are told apart, the most frequent ones; 0 = all");
  visit(table, "least_donors", s.cells.least_donors,
        "surrogate: donors (patients) of each set of findings; films with a rarer set get the nearest one");
  visit(table, "least_share", s.cells.least_share, "surrogate: share of the pool's films in each set");
}
/// Throw UsageError that names the key whose value does not make sense; the second, where the method is a surrogate.
void check(const SurrogateSettings& settings, std::string_view table);
void check_chosen(const SurrogateSettings& settings, std::string_view table);

/// What the donors of releases are drawn with.
using ReleaseKey = std::span<const unsigned char>;
inline constexpr std::size_t release_key_size = 32;

class Surrogate : public Method {
 public:
  static constexpr const char* name = "surrogate";
  static constexpr const char* network = nullptr;
  static constexpr bool is_another_film = true;  ///< not the patient's: shows_another_film()
  using Settings = SurrogateSettings;

  /// Reads the pool. Throws UsageError when none is named, Error when it is broken or no cell has enough donors.
  explicit Surrogate(const SurrogateSettings& settings);

  /// The film's cell, 0 to cells() - 1.
  std::int64_t encode(const FilmLabels& labels) const override {
    return cells_->cell_of(finding_set(labels));
  }

  /// The number of the donor: HMAC-SHA-256(key, the eight bytes of `number`, the lowest first) as an integer with its highest
  /// byte first, modulo the number of the cell's donors. `number`: drawn anew for every release, from nothing that the film decides.
  std::int64_t donor_of(std::int64_t cell, std::uint64_t number, ReleaseKey key) const;
  GrayImage render(std::int64_t cell, std::uint64_t number, ReleaseKey key) const;

  std::int64_t cells() const override { return cells_->count(); }
  const FindingCells& finding_cells() const { return *cells_; }
  const DonorPool& pool() const { return *pool_; }

  /// As evaluations want it: the number is drawn from `random`, the key is 0. Throws Error without labels.
  ReleasedFilm release(const FilmInHand& film, const Random& random) const override;
  /// The findings of the film's cell, and nothing else.
  FilmLabels released_labels(const FilmLabels& film) const override;
  const DonorPool* donors() const override { return pool_.get(); }
  bool draws_numbers() const override { return true; }
  std::string describe() const override;

 private:
  std::shared_ptr<const DonorPool> pool_;
  std::shared_ptr<const FindingCells> cells_;
};

}  // namespace scrim
