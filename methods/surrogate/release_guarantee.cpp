#include "methods/surrogate/release_guarantee.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace scrim {

ReleaseGuarantee::ReleaseGuarantee(std::vector<std::int64_t> films_by_cell)
    : films_(std::move(films_by_cell)) {
  require(!films_.empty(), "guarantee", "no cell came, expected at least one");
  for (const std::int64_t films : films_) {
    require(films >= 0, "guarantee", "a cell has {} films, expected at least 0", films);
    all_ += films;
  }
}

ReleaseGuarantee ReleaseGuarantee::of_films(const std::vector<std::int64_t>& cell_of_film,
                                            std::int64_t cells) {
  std::vector<std::int64_t> films_by_cell(static_cast<std::size_t>(cells));
  for (const std::int64_t cell : cell_of_film) ++films_by_cell.at(std::size_t(cell));
  return ReleaseGuarantee(std::move(films_by_cell));
}

double ReleaseGuarantee::identification(std::int64_t patients, std::int64_t releases) const {
  require(patients >= 1 && releases >= 0, "guarantee",
          "{} patients and {} releases came, expected at least 1 and 0", patients, releases);
  return std::min(1.0, std::pow(double(cells()), double(releases)) / double(patients));
}

std::optional<double> ReleaseGuarantee::least_share() const {
  const std::int64_t least = *std::min_element(films_.begin(), films_.end());
  return least > 0 ? std::optional(double(least) / double(all_)) : std::nullopt;
}

std::optional<double> ReleaseGuarantee::true_positives(double false_positives) const {
  const auto least = least_share();
  return least ? std::optional(std::min(1.0, false_positives / *least)) : std::nullopt;
}

std::string ReleaseGuarantee::text() const {
  std::string text = fmt::format(
      "Whatever an attacker does: a release says of its film which of {0} cells it is in, no more ({1:.2f} "
      "bits on "
      "average, by the {2} films counted). Of N patients who are equally likely, a release names the right "
      "one with "
      "a probability of at most {0}/N; n releases of one patient with at most {0}^n/N.",
      cells(), entropy_bits(), all_);
  if (const auto least = least_share())
    text += fmt::format(
        " The rarest cell holds {:.4f} of the films: pairs of one patient are accepted at most {:.0f} times "
        "as often "
        "as pairs of strangers.",
        *least, 1 / *least);
  else
    text += " Some cells hold none of these films, so nothing is said about pairs.";
  return text +
         " Labels, ages, dates, sizes, names and the order of films count as cells where they are given out "
         "too.";
}

double ReleaseGuarantee::entropy_bits() const {
  double bits = 0;
  for (const std::int64_t films : films_)
    if (films > 0) {
      const double share = double(films) / double(all_);
      bits -= share * std::log2(share);
    }
  return bits;
}

}  // namespace scrim
