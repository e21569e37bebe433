#include "training/batch_negatives.h"

#include <algorithm>
#include <numeric>

#include "autograd/binary.h"
#include "autograd/loss.h"
#include "autograd/reduce.h"
#include "autograd/unary.h"
#include "tensor/compute_device.h"
#include "training/settings.h"

namespace scrim {

void check(const ContrastSettings& c, std::int64_t batch_size) {
  expect(c.negatives == "listed" || c.negatives == "in_batch", "training.negatives", c.negatives,
         "\"listed\" or \"in_batch\"");
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

Tensor same_patient_matrix(const std::vector<std::int64_t>& first, const std::vector<std::int64_t>& second) {
  std::vector<float> same;
  for (const std::int64_t a : first)
    for (const std::int64_t b : second) same.push_back(a == b ? 1.f : 0.f);
  return Tensor::from<float>({std::int64_t(first.size()), std::int64_t(second.size())}, same);
}

Variable in_batch_loss(SiameseVerifier& verifier, const Variable& a, const Variable& b, const Tensor& same) {
  const std::int64_t count = a.shape()[0], embed = a.shape()[1];
  const Variable rows = expand(reshape(a, {count, 1, embed}), {count, count, embed});
  const Variable columns = expand(reshape(b, {1, count, embed}), {count, count, embed});
  const Variable logits = reshape(
      verifier.compare(reshape(rows, {count * count, embed}), reshape(columns, {count * count, embed})),
      {count, count});

  // Weights of the binary cross-entropy, and what takes a patient's other films out of the search for b[i].
  constexpr float out_of_sight = -1e4f;
  const Tensor on_host = to_host(same);
  const auto truth = on_host.data<float>();
  const double positives = std::accumulate(truth.begin(), truth.end(), 0.0);
  const double negatives = std::max(1.0, double(count * count) - positives);
  std::vector<float> weights, hidden;
  std::vector<std::int64_t> own;
  for (std::int64_t i = 0; i < count; ++i) {
    own.push_back(i);
    for (std::int64_t j = 0; j < count; ++j) {
      const bool is_same = truth[std::size_t(i * count + j)] > 0;
      weights.push_back(float(0.5 / (is_same ? positives : negatives)));
      hidden.push_back(is_same && i != j ? out_of_sight : 0.f);
    }
  }
  const auto matrix = [&](const std::vector<float>& values) {
    return Variable(to_compute_device(Tensor::from<float>({count, count}, values)));
  };
  const Variable search =
      cross_entropy(logits + matrix(hidden), to_compute_device(Tensor::from<std::int64_t>({count}, own)));
  const Variable each = softplus(logits) - logits * Variable(same);
  return search + sum(each * matrix(weights), kernels::Axes::all(same.shape()));
}

}  // namespace scrim
