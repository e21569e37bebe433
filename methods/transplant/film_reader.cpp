#include "methods/transplant/film_reader.h"

#include <algorithm>

#include "base/fnv1a.h"
#include "films/film_set.h"
#include "methods/transplant/chest_points.h"

namespace scrim {
namespace {

constexpr std::size_t most_bytes = std::size_t(1) << 29;  // of findings that are remembered

std::uint64_t number_of(const GrayImage& film, const std::string& name) {
  Fnv1a hash;
  for (const std::int64_t size : {film.height, film.width, std::int64_t(film.bits)})
    hash.add(std::uint64_t(size));
  for (const std::uint16_t pixel : film.pixels) hash.add(pixel);
  hash.add(fnv1a(name));
  return hash.value();
}

/// Keeps what was found, within a budget.
template <class Found>
const Found& remember(std::unordered_map<std::uint64_t, Found>& memory, std::size_t& bytes,
                      std::uint64_t number, Found found, std::size_t found_bytes) {
  if (bytes + found_bytes > most_bytes) {
    memory.clear();
    bytes = 0;
  }
  bytes += found_bytes;
  return memory[number] = std::move(found);
}

}  // namespace

double gray_spread(const Chest& chest, const Tensor& left_out) {
  const std::int64_t size = chest.film.size(1);
  const auto film = chest.film.data<float>(), lungs = chest.lungs.data<float>();
  const Tensor out = left_out.defined() ? resized_film(left_out, size, size) : Tensor();
  std::vector<float> grays;
  for (const bool lungs_alone : {true, false}) {
    for (std::size_t i = 0; i < film.size(); ++i)
      if ((!lungs_alone || lungs[i] > 0.5f) && !(out.defined() && out.data<float>()[i] > 0.5f))
        grays.push_back(film[i]);
    if (!grays.empty()) break;
  }
  if (grays.empty()) return 0;
  const auto at = [&](double share) {
    const auto place = grays.begin() + std::ptrdiff_t(share * double(grays.size() - 1));
    std::nth_element(grays.begin(), place, grays.end());
    return double(*place);
  };
  return at(0.9) - at(0.1);
}

FilmReader::FilmReader(const FilmReaderSettings& settings)
    : settings_(settings), segmenter_(Segmenter::load(settings.segmenter)) {
  if (!settings.findings.empty()) known_.emplace(settings.findings, settings.boxes_side);
  if (!settings.lesions.empty()) network_.emplace(load_lesion_network(settings.lesions));
}

Chest FilmReader::look_for_lungs(const GrayImage& film, const Tensor& layer) const {
  const std::int64_t size = segmenter_.image_size();
  Tensor small = resized_film(tensor_from_image(film), size, size);
  if (layer.defined()) {
    const Tensor over = resized_film(layer, size, size);
    small = small.clone();
    for (std::size_t i = 0; i < std::size_t(size * size); ++i) {
      float& gray = small.mutable_data<float>()[i];
      gray = without_layer(gray, over.data<float>()[i]);
    }
  }
  const Tensor masks = segmenter_.organ_masks(small);
  Tensor lungs = Tensor::zeros(small.shape());
  const auto names = segmenter_.organ_names();
  const std::int64_t organs = segmenter_.organs();
  for (std::int64_t organ = 0; organ < organs; ++organ) {
    if (organs > 1 && names[std::size_t(organ)].find("lung") == std::string::npos) continue;
    for (std::int64_t i = 0; i < size * size; ++i)
      if (masks.data<float>()[std::size_t(i * organs + organ)] > 0.5f)
        lungs.mutable_data<float>()[std::size_t(i)] = 1;
  }
  return {chest_points(lungs), small, lungs};
}

Chest FilmReader::chest(const GrayImage& film, const Tensor& layer) const {
  const std::uint64_t number = number_of(film, layer.defined() ? "behind its layer" : "");
  const std::lock_guard lock(mutex_);
  if (const auto found = chests_.find(number); found != chests_.end()) return found->second;
  const Chest seen = look_for_lungs(film, layer);
  return remember(chests_, chest_bytes_, number, seen, 2 * seen.film.bytes());
}

Findings FilmReader::look_for_findings(const GrayImage& film, const std::string& name) const {
  constexpr std::int64_t largest_side = 512;
  const std::int64_t size =
      network_ ? network_->image_size : std::min(largest_side, std::max(film.height, film.width));
  const Tensor small = resized_film(tensor_from_image(film), size, size);
  Findings findings;
  if (known_) {
    require(!name.empty(), "transplant", "the film has no name by which its findings are found");
    findings.surely = known_->of(name, size);
  }
  if (!settings_.twins.empty()) {
    const Tensor twin = resized_film(
        tensor_from_image(read_image(std::filesystem::path(settings_.twins) / name)), size, size);
    findings.layer = Tensor::empty(small.shape());
    for (std::size_t i = 0; i < std::size_t(size * size); ++i)
      findings.layer.mutable_data<float>()[i] = layer_of(small.data<float>()[i], twin.data<float>()[i]);
  }
  if (!network_ || (findings.surely.defined() && findings.layer.defined())) return findings;
  const NoGradient no_gradient;
  const Lesions said = lesions_of(*network_->network, Variable(to_compute_device(small)));
  if (!findings.surely.defined()) findings.surely = to_host(said.surely.value());
  if (!findings.layer.defined()) findings.layer = to_host(said.layer.value());
  return findings;
}

Findings FilmReader::findings(const GrayImage& film, const std::string& name) const {
  const std::uint64_t number = number_of(film, name);
  const std::lock_guard lock(mutex_);
  if (const auto found = findings_.find(number); found != findings_.end()) return found->second;
  const Findings seen = look_for_findings(film, name);
  const std::size_t bytes = seen.surely.bytes() + (seen.layer.defined() ? seen.layer.bytes() : 0);
  return remember(findings_, finding_bytes_, number, seen, bytes);
}

}  // namespace scrim
