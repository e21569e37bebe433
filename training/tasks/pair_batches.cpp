#include "training/tasks/pair_batches.h"

#include <algorithm>
#include <map>

namespace scrim {
namespace {

/// The number of each film's patient.
std::vector<std::int64_t> patient_numbers(const PairData& data) {
  if (data.patients.empty()) return patients_of_pairs(data.pairs);
  std::map<std::string, std::int64_t> number;
  std::vector<std::int64_t> numbers;
  for (const auto& patient : data.patients)
    numbers.push_back(number.emplace(patient, std::int64_t(number.size())).first->second);
  return numbers;
}

}  // namespace

PairBatches::PairBatches(const PairData& train, const AugmentationSettings& augmentation,
                         const Options& options)
    : train_(train),
      augmentation_(augmentation),
      options_(options),
      pairs_(train.pairs),
      patients_(patient_numbers(train)) {
  if (options.comparisons == Comparisons::listed) return;
  std::erase_if(pairs_, [](const IndexedPair& pair) { return !pair.same_patient; });
  // A last batch of one pair would have no stranger in it.
  if (count() % options.batch_size == 1) pairs_.pop_back();
  require(!pairs_.empty(), "data", "the training pairs have too few pairs of one patient");
}

PairBatch PairBatches::make(const Batch& batch) const {
  const auto count = std::int64_t(batch.examples.size());
  const Random random = Random(options_.seed, "augmentation").split(std::uint64_t(batch.epoch));
  const auto side = [&](const FilmSet& films, std::int64_t IndexedPair::*index, std::string_view name) {
    return batch_of(count, options_.image_size, [&](std::int64_t i) {
      const std::int64_t example = batch.examples[std::size_t(i)];
      const std::int64_t at = pairs_[std::size_t(example)].*index;
      const std::uint64_t draw = std::uint64_t(batch.epoch) * pairs_.size() + std::uint64_t(example);
      const bool is_second = index == &IndexedPair::second;
      const Tensor film = resized_film(
          train_.fresh_film ? train_.fresh_film(is_second, at, 2 * draw + is_second) : films.film(at),
          options_.image_size, options_.image_size);
      if (augmentation_.does_nothing()) return film;
      return changed_film(film, draw_change(augmentation_, random.split(std::uint64_t(example)).split(name)));
    });
  };
  PairBatch result{side(train_.first, &IndexedPair::first, "first"),
                   side(train_.second, &IndexedPair::second, "second"),
                   {},
                   {}};
  std::vector<float> same;
  std::vector<std::int64_t> first, second;
  for (const std::int64_t example : batch.examples) {
    const IndexedPair& pair = pairs_[std::size_t(example)];
    same.push_back(pair.same_patient ? 1.f : 0.f);
    first.push_back(patients_[std::size_t(pair.first)]);
    second.push_back(patients_[std::size_t(pair.second)]);
  }
  if (options_.comparisons == Comparisons::listed)
    result.same = Tensor::from<float>({count}, same);
  else
    result.targets = in_batch_targets(first, second, options_.comparisons == Comparisons::both_ways);
  return result;
}

}  // namespace scrim
