#include "films/film_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/fnv1a.h"
#include "base/problem_list.h"
#include "kernels/gaussian/gaussian.h"
#include "kernels/resize/resize.h"
#include "tensor/compute_device.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

/// Of sizes and pixels.
std::uint64_t fingerprint_of(const GrayImage& image) {
  Fnv1a hash;
  const auto add = [&](std::uint64_t value) { hash.add(value); };
  add(std::uint64_t(image.height));
  add(std::uint64_t(image.width));
  add(std::uint64_t(image.bits));
  for (const std::uint16_t pixel : image.pixels) add(pixel);
  return hash.value();
}

}  // namespace

Tensor resized_film(const Tensor& x, std::int64_t height, std::int64_t width) {
  if (x.size(1) == height && x.size(2) == width) return x;
  Tensor y = Tensor::empty({1, height, width, 1});
  kernels::resize_forward(x.view(), y.mutable_view(), {kernels::ResizeMode::antialiased});
  return y;
}

Tensor blurred_film(const Tensor& x, double sigma) {
  Tensor y = Tensor::empty(x.shape());
  const auto radius = std::int64_t(std::ceil(3 * sigma));
  kernels::gaussian_forward(x.view(), y.mutable_view(),
                            {2 * radius + 1, sigma, kernels::BorderMode::replicate});
  return y;
}

Tensor batch_of(std::int64_t count, std::int64_t size, const std::function<Tensor(std::int64_t)>& film) {
  Tensor result = Tensor::empty({count, size, size, 1});
  float* out = result.mutable_data<float>().data();
  parallel_for(count, 1, [&](std::int64_t i, std::int64_t) {
    const Tensor one = film(i);
    require(one.numel() == size * size, "batch", "expected films of {1} pixels per side (got {0})",
            one.shape().str(), size);
    std::copy_n(one.data<float>().data(), one.numel(), out + i * size * size);
  });
  return result;
}

Tensor rows_of_films(const FilmSet& films, const std::function<Tensor(const Tensor&)>& rows) {
  constexpr std::int64_t at_once = 16;
  Tensor all;
  for (std::int64_t begin = 0; begin < films.count(); begin += at_once) {
    std::vector<std::int64_t> indices;
    for (std::int64_t i = begin; i < std::min(begin + at_once, films.count()); ++i) indices.push_back(i);
    const Tensor part = to_host(rows(to_compute_device(films.batch(indices))));
    if (!all.defined()) all = Tensor::empty({films.count(), part.size(1)});
    std::copy_n(part.data<float>().data(), part.numel(),
                all.mutable_data<float>().data() + begin * part.size(1));
  }
  return all;
}

std::vector<std::string> film_names(const std::filesystem::path& folder, const std::string& list) {
  if (!list.empty()) {
    auto names = read_list(list);
    require(!names.empty(), "data", "{} names no film", list);
    return names;
  }
  require(std::filesystem::is_directory(folder), "data", "{} is no folder", folder.string());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file() && has_image_name(entry.path()))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  require(!names.empty(), "data", "{} has no PNG or JPEG files", folder.string());
  return names;
}

FilmSet::Kept FilmSet::kept(const GrayImage& image) {
  Kept kept{image.height, image.width, image.bits, {}, {}};
  if (image.bits == 8)
    kept.bytes.assign(image.pixels.begin(), image.pixels.end());
  else
    kept.words = image.pixels;
  return kept;
}

FilmSet::FilmSet(std::filesystem::path folder, std::vector<std::string> names, const Options& options)
    : folder_(std::move(folder)),
      names_(std::move(names)),
      options_(options),
      kept_(names_.size()),
      fingerprints_(names_.size()),
      thumbnails_(names_.size()) {
  require(std::filesystem::is_directory(folder_), "data", "{} is no folder", folder_.string());
  ProblemList problems("data");
  std::mutex mutex;
  std::atomic<std::int64_t> used = 0;
  parallel_for(count(), 1, [&](std::int64_t i, std::int64_t) {
    try {
      const GrayImage image = read_image(folder_ / name(i));
      fingerprints_[std::size_t(i)] = fingerprint_of(image);
      thumbnails_[std::size_t(i)] = thumbnail_of(tensor_from_image(image));
      const auto bytes = std::int64_t(image.pixels.size()) * image.bits / 8;
      if (used.fetch_add(bytes) + bytes <= options_.memory) kept_[std::size_t(i)] = kept(image);
    } catch (const Error& e) {
      const std::lock_guard lock(mutex);
      problems.add(e.what());
    }
  });
  problems.throw_if_any();
}

FilmSet::FilmSet(std::vector<std::string> names, std::vector<GrayImage> films, std::int64_t image_size)
    : names_(std::move(names)), options_{image_size, 0} {
  require(names_.size() == films.size(), "data", "{} films came for {} names", films.size(), names_.size());
  for (const GrayImage& film : films) {
    kept_.push_back(kept(film));
    fingerprints_.push_back(fingerprint_of(film));
    thumbnails_.push_back(thumbnail_of(tensor_from_image(film)));
  }
}

FilmSet FilmSet::only(const std::vector<std::int64_t>& indices) const {
  FilmSet some({}, std::vector<GrayImage>{}, options_.image_size);
  some.folder_ = folder_;
  some.options_ = options_;
  for (const std::int64_t index : indices) {
    const auto i = std::size_t(index);
    some.names_.push_back(names_[i]);
    some.kept_.push_back(kept_[i]);
    some.fingerprints_.push_back(fingerprints_[i]);
    some.thumbnails_.push_back(thumbnails_[i]);
  }
  return some;
}

FilmSet FilmSet::at_size(std::int64_t image_size) const {
  FilmSet other = *this;
  other.options_.image_size = image_size;
  return other;
}

GrayImage FilmSet::image(std::int64_t index) const {
  const Kept& k = kept_[std::size_t(index)];
  if (k.height == 0) return read_image(folder_ / name(index));
  GrayImage image{k.height, k.width, k.bits, k.words};
  if (k.bits == 8) image.pixels.assign(k.bytes.begin(), k.bytes.end());
  return image;
}

Tensor FilmSet::film(std::int64_t index) const {
  return resized_film(tensor_from_image(image(index)), options_.image_size, options_.image_size);
}

Tensor FilmSet::batch(const std::vector<std::int64_t>& indices) const {
  return batch_of(std::int64_t(indices.size()), options_.image_size,
                  [&](std::int64_t i) { return film(indices[std::size_t(i)]); });
}

void require_apart(const FilmSet& first, const FilmSet& second,
                   const std::function<std::string(const std::string&)>& patient_of, const SideNames& sides) {
  ProblemList problems("data");
  std::set<std::string> names(first.names().begin(), first.names().end()), patients, reported;
  std::unordered_map<std::uint64_t, std::string> pixels;
  for (std::int64_t i = 0; i < first.count(); ++i) {
    pixels.emplace(first.fingerprint(i), first.name(i));
    patients.insert(patient_of(first.name(i)));
  }
  for (std::int64_t i = 0; i < second.count(); ++i) {
    const std::string& name = second.name(i);
    const std::string patient = patient_of(name);
    if (names.contains(name))
      problems.add(fmt::format("{} is used for {} and for {}", name, sides.first, sides.second));
    else if (const auto twin = pixels.find(second.fingerprint(i)); twin != pixels.end())
      problems.add(fmt::format("{} ({}) has the same pixels as {} ({})", name, sides.second, twin->second,
                               sides.first));
    if (!patient.empty() && patients.contains(patient) && reported.insert(patient).second)
      problems.add(
          fmt::format("the patient of {} has films in {} and in {}", name, sides.first, sides.second));
  }
  // One film under two names, edited a little: not what was found above already.
  for (const NearDuplicate& twin : near_duplicates(first.thumbnails(), second.thumbnails())) {
    const auto a = std::int64_t(twin.first), b = std::int64_t(twin.second);
    if (first.name(a) != second.name(b) && first.fingerprint(a) != second.fingerprint(b))
      problems.add(fmt::format("{} ({}) looks like {} ({})", second.name(b), sides.second, first.name(a),
                               sides.first));
  }
  problems.throw_if_any();
}

}  // namespace scrim
