#include "methods/surrogate/finding_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"

namespace scrim {

FindingSet finding_set(const FilmLabels& labels) {
  FindingSet findings;
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i] = labels.findings[i];
  return findings;
}

FilmLabels labels_with(const FindingSet& findings) {
  FilmLabels labels;
  for (std::size_t i = 0; i < findings.size(); ++i) labels.findings[i] = findings[i];
  return labels;
}

FindingCells::FindingCells(const std::vector<DonorFacts>& donors, const CellOptions& o) {
  std::map<unsigned long, Cell> by_findings;  // in an order that depends on the findings alone
  for (std::size_t i = 0; i < donors.size(); ++i) {
    Cell& cell = by_findings[donors[i].findings.to_ulong()];
    cell.findings = donors[i].findings;
    cell.donors.push_back(std::int64_t(i));
  }
  std::int64_t most = 0;
  for (auto& [bits, cell] : by_findings) {
    std::set<std::string> patients;
    for (const std::int64_t donor : cell.donors) {
      const std::string& patient = donors[std::size_t(donor)].patient;
      patients.insert(patient.empty() ? fmt::format("donor {}", donor) : patient);
    }
    most = std::max(most, std::int64_t(patients.size()));
    if (std::int64_t(patients.size()) >= o.least_donors &&
        double(cell.donors.size()) >= o.least_share * double(donors.size()))
      cells_.push_back(std::move(cell));
  }
  require(!cells_.empty(), "surrogate",
          "no set of findings has {} donors and a share of {} of the pool; the largest has {} donors",
          o.least_donors, o.least_share, most);
  std::stable_sort(cells_.begin(), cells_.end(),
                   [](const Cell& a, const Cell& b) { return a.donors.size() > b.donors.size(); });
  if (o.most_cells > 0 && count() > o.most_cells) cells_.resize(std::size_t(o.most_cells));
}

const FindingCells::Cell& FindingCells::of(std::int64_t cell) const {
  require(cell >= 0 && cell < count(), "surrogate", "there is no cell {}; the pool has cells 0 to {}", cell,
          count() - 1);
  return cells_[std::size_t(cell)];
}

std::int64_t FindingCells::cell_of(const FindingSet& findings) const {
  const auto distance = [&](const Cell& cell) {
    return std::tuple((cell.findings ^ findings).count(), (findings & ~cell.findings).count());
  };
  const auto nearest = std::min_element(
      cells_.begin(), cells_.end(), [&](const Cell& a, const Cell& b) { return distance(a) < distance(b); });
  return nearest - cells_.begin();
}

}  // namespace scrim
