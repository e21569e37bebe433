#include "methods/surrogate/finding_reader.h"

#include <algorithm>
#include <limits>

#include "films/finding_logits.h"

namespace scrim {

FindingReader::FindingReader(const std::filesystem::path& weights, const DonorPool& pool)
    : classifier_(load_classifier(weights)) {
  const FilmSet films(pool.images(), pool.names(), {.image_size = classifier_.image_size});
  const Tensor logits = finding_logits(*classifier_.network, films);
  for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
    std::vector<float> of_finding;
    std::size_t without = 0;
    for (std::int64_t i = 0; i < pool.count(); ++i) {
      of_finding.push_back(logits.data<float>()[std::size_t(i) * finding_names.size() + finding]);
      without += !pool.labels(i).findings[finding];
    }
    std::sort(of_finding.begin(), of_finding.end());
    thresholds_.push_back(without == 0 ? -std::numeric_limits<float>::infinity() : of_finding[without - 1]);
  }
}

std::vector<FindingSet> FindingReader::read(const FilmSet& films) const {
  const Tensor logits = finding_logits(*classifier_.network, films.at_size(classifier_.image_size));
  std::vector<FindingSet> sets(std::size_t(films.count()));
  for (std::size_t i = 0; i < sets.size(); ++i)
    for (std::size_t finding = 0; finding < finding_names.size(); ++finding)
      sets[i][finding] = logits.data<float>()[i * finding_names.size() + finding] > thresholds_[finding];
  return sets;
}

}  // namespace scrim
