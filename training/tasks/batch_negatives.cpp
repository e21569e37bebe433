#include "training/tasks/batch_negatives.h"

#include <algorithm>
#include <numeric>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "tensor/compute_device.h"
#include "training/loop/settings.h"

namespace scrim {

void check(const ContrastSettings& c, std::int64_t batch_size) {
  expect(c.negatives == "listed" || c.negatives == "in_batch", "training.negatives", c.negatives,
         "\"listed\" or \"in_batch\"");
  expect(c.temperature >= 0 && c.temperature <= 10 && (c.temperature == 0 || c.negatives == "in_batch"),
         "training.temperature", c.temperature, "0 to 10, and 0 unless training.negatives is \"in_batch\"");
  expect(c.single_films.empty() || c.negatives == "in_batch", "data.single_films", c.single_films,
         "none unless training.negatives is \"in_batch\"");
  expect(c.negatives == "listed" || batch_size > 1, "training.batch_size", batch_size,
         "at least 2, so that a batch has strangers in it");
}

std::vector<Pair> pairs_to_learn_from(const std::string& list, const ContrastSettings& settings) {
  std::vector<Pair> pairs = read_pairs(list);
  if (settings.single_films.empty()) return pairs;
  for (const auto& film : read_list(settings.single_films)) pairs.push_back({film, film, true});
  return pairs;
}

std::vector<std::int64_t> patients_of_pairs(const std::vector<IndexedPair>& pairs) {
  std::int64_t films = 0;
  for (const IndexedPair& pair : pairs) films = std::max({films, pair.first + 1, pair.second + 1});
  std::vector<std::int64_t> parent(static_cast<std::size_t>(films));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int64_t film) {
    while (parent[std::size_t(film)] != film)
      film = parent[std::size_t(film)] = parent[std::size_t(parent[std::size_t(film)])];
    return film;
  };
  for (const IndexedPair& pair : pairs)
    if (pair.same_patient) parent[std::size_t(root(pair.first))] = root(pair.second);
  std::vector<std::int64_t> patients;
  for (std::int64_t film = 0; film < films; ++film) patients.push_back(root(film));
  return patients;
}

InBatchTargets in_batch_targets(const std::vector<std::int64_t>& first,
                                const std::vector<std::int64_t>& second, bool both_ways) {
  constexpr float out_of_sight = -1e4f;
  const auto count = std::int64_t(first.size());
  double positives = 0;
  std::vector<float> same, weights;
  for (std::size_t i = 0; i < first.size(); ++i)
    for (std::size_t j = 0; j < second.size(); ++j) {
      same.push_back(first[i] == second[j] ? 1.f : 0.f);
      positives += same.back();
    }
  const double negatives = std::max(1.0, double(count * count) - positives);
  for (const float one : same) weights.push_back(float(0.5 / (one > 0 ? positives : negatives)));

  // Who searches, who is searched for, and where each one's partner stands.
  std::vector<std::int64_t> searching = first, among = second, own;
  if (both_ways) {
    searching.insert(searching.end(), second.begin(), second.end());
    among = searching;
  }
  const auto rows = std::int64_t(searching.size());
  std::vector<float> hidden;
  for (std::int64_t i = 0; i < rows; ++i) {
    own.push_back(both_ways ? (i + count) % rows : i);
    for (std::int64_t j = 0; j < rows; ++j)
      hidden.push_back(searching[std::size_t(i)] == among[std::size_t(j)] && j != own.back() ? out_of_sight
                                                                                             : 0.f);
  }
  const Shape matrix{count, count};
  return {Tensor::from<float>(matrix, same), Tensor::from<float>(matrix, weights),
          Tensor::from<float>({rows, rows}, hidden), Tensor::from<std::int64_t>({rows}, own)};
}

namespace {

/// Rows of length 1.
Variable normalized_rows(const Variable& rows) {
  const Variable squares = sum(rows * rows, kernels::Axes::of({1}), true);
  return rows / expand(sqrt(clamp(squares, 1e-12, 1e30)), rows.shape());
}

/// The logits of all first films with all second ones, [N,N].
Variable all_logits(SiameseVerifier& verifier, const Variable& a, const Variable& b) {
  const std::int64_t count = a.shape()[0], embed = a.shape()[1];
  const Variable rows = expand(reshape(a, {count, 1, embed}), {count, count, embed});
  const Variable columns = expand(reshape(b, {1, count, embed}), {count, count, embed});
  return reshape(
      verifier.compare(reshape(rows, {count * count, embed}), reshape(columns, {count * count, embed})),
      {count, count});
}

Variable cross_entropy_of_all(const Variable& logits, const InBatchTargets& targets) {
  const Variable each = softplus(logits) - logits * Variable(targets.same);
  return sum(each * Variable(targets.weights), kernels::Axes::all(logits.shape()));
}

}  // namespace

Variable in_batch_loss(SiameseVerifier& verifier, const Variable& a, const Variable& b,
                       const InBatchTargets& targets) {
  const Variable logits = all_logits(verifier, a, b);
  const Variable search = cross_entropy(logits + Variable(targets.hidden), targets.own);
  return search + cross_entropy_of_all(logits, targets);
}

Variable cosine_search_loss(SiameseVerifier& verifier, const Variable& embeddings,
                            const InBatchTargets& targets, double temperature) {
  const std::int64_t count = embeddings.shape()[0] / 2;
  const Variable directions = normalized_rows(embeddings);
  const Variable cosines = matmul(directions, directions, {.transpose_b = true});
  const Variable search =
      cross_entropy(scale(cosines, 1 / temperature) + Variable(targets.hidden), targets.own);
  const Variable constant(embeddings.value());
  return search +
         cross_entropy_of_all(
             all_logits(verifier, slice(constant, 0, 0, count), slice(constant, 0, count, count)), targets);
}

}  // namespace scrim
