// Cells of findings: all that a surrogate keeps of a film is which cell its findings belong to.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "data/files/film_labels.h"

namespace scrim {

/// A bit for each of finding_names.
using FindingSet = std::bitset<finding_names.size()>;

FindingSet finding_set(const FilmLabels& labels);
/// These findings, and nothing else that is known of a film.
FilmLabels labels_with(const FindingSet& findings);

/// A film that can be shown instead of another one.
struct DonorFacts {
  FindingSet findings;
  std::string patient;  ///< "" = one of his own
};

struct CellOptions {
  std::int64_t most_cells = 0;     ///< the largest ones stay; 0 = all
  std::int64_t least_donors = 10;  ///< patients
  double least_share = 0;          ///< of the pool's films
};

/// The sets of findings that enough donors have, the most frequent first. A donor of a cell has exactly its findings.
class FindingCells {
 public:
  /// Throws Error when no set of findings has enough donors.
  FindingCells(const std::vector<DonorFacts>& donors, const CellOptions& options);

  std::int64_t count() const { return std::int64_t(cells_.size()); }
  const FindingSet& findings(std::int64_t cell) const { return of(cell).findings; }
  /// Indices into the constructor's list, in its order.
  const std::vector<std::int64_t>& donors(std::int64_t cell) const { return of(cell).donors; }

  /// The cell of these findings, or the nearest one: the fewest findings differ; of several, the fewest are lost; of several,
  /// the first.
  std::int64_t cell_of(const FindingSet& findings) const;

 private:
  struct Cell {
    FindingSet findings;
    std::vector<std::int64_t> donors;
  };
  const Cell& of(std::int64_t cell) const;

  std::vector<Cell> cells_;
};

}  // namespace scrim
