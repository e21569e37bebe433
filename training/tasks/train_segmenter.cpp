#include "training/tasks/train_segmenter.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "base/problem_list.h"
#include "data/files/landmarks.h"
#include "films/mask_set.h"
#include "films/organ_mask.h"
#include "measures/overlap.h"
#include "tensor/compute_device.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

/// "lungs,heart" of .../lungs and .../heart.
std::string names_of_folders(const std::vector<std::string>& folders) {
  std::string names;
  for (const auto& folder : folders) names += (names.empty() ? "" : ",") + organ_of_folder(folder);
  return names;
}

/// What a film's organs look like: classes of its pixels, or landmarks.
struct Target {
  Tensor classes;    ///< [1,S,S] i64: 0 = background, i = organ i - 1
  Tensor landmarks;  ///< [1,nodes,2] in units of the film's side
};

struct SegmenterBatch {
  Tensor films;
  Target target;
  Tensor noise;  ///< [N,latents] of a HybridGNet in training

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&films, &target.classes, &target.landmarks, &noise}) visit(*tensor);
  }
};

/// Films of one side of the split with their organs.
class OrganData {
 public:
  OrganData(const SegmenterConfig& config, const FilmSet& films) : films_(films) {
    if (config.model.kind == "unet") {
      for (const auto& folder : config.masks)
        masks_.emplace_back(folder, films.names(), config.data.options());
      return;
    }
    std::int64_t nodes = 0;
    for (const std::int64_t count : config.model.hybridgnet.landmarks) nodes += count;
    ProblemList problems("data");
    for (std::int64_t i = 0; i < films.count(); ++i) {
      try {
        const GrayImage image = films.image(i);
        const auto name = std::filesystem::path(films.name(i)).replace_extension(".csv");
        std::vector<float> units;
        for (const Landmark& l : read_landmarks(std::filesystem::path(config.landmarks) / name, nodes)) {
          units.push_back(float((l.x + 0.5) / double(image.width)));
          units.push_back(float((l.y + 0.5) / double(image.height)));
        }
        landmarks_.push_back(Tensor::from<float>({1, nodes, 2}, units));
      } catch (const Error& e) {
        problems.add(e.what());
      }
    }
    problems.throw_if_any();
  }

  /// The organs of film `index` after the same change.
  Target target(std::int64_t index, const FilmChange& change) const {
    const std::int64_t size = films_.image_size();
    if (masks_.empty()) return {{}, moved_landmarks(landmarks_[std::size_t(index)], change, size)};
    Target target{Tensor::zeros({1, size, size}, DType::i64), {}};
    FilmChange place = change;  // masks keep their gray
    place.gain = 1;
    place.offset = 0;
    const auto classes = target.classes.mutable_data<std::int64_t>();
    for (std::size_t organ = 0; organ < masks_.size(); ++organ) {
      const Tensor mask = changed_film(masks_[organ].film(index), place);
      for (std::size_t i = 0; i < classes.size(); ++i)
        if (mask.data<float>()[i] > 0.5f) classes[i] = std::int64_t(organ) + 1;
    }
    return target;
  }

 private:
  /// A change says where each new pixel comes from; landmarks go the other way.
  static Tensor moved_landmarks(const Tensor& landmarks, const FilmChange& c, std::int64_t size) {
    Tensor moved = landmarks.clone();
    const auto values = moved.mutable_data<float>();
    const double determinant = c.xx * c.yy - c.xy * c.yx;
    // From units of the side (pixel edges) to -1 and 1 at the centers of the outer pixels, and back.
    const auto centered = [&](double unit) {
      return (unit * double(size) - 0.5) / (double(size - 1) / 2) - 1;
    };
    const auto unit = [&](double place) { return ((place + 1) * double(size - 1) / 2 + 0.5) / double(size); };
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const double x = centered(values[i]) - c.x0, y = centered(values[i + 1]) - c.y0;
      values[i] = float(unit((c.yy * x - c.xy * y) / determinant));
      values[i + 1] = float(unit((-c.yx * x + c.xx * y) / determinant));
    }
    return moved;
  }

  const FilmSet& films_;
  std::vector<FilmSet> masks_;
  std::vector<Tensor> landmarks_;
};

/// Tensors [1,...] one after the other, [n,...].
Tensor stacked(const std::vector<Tensor>& parts) {
  if (!parts.front().defined()) return {};
  Shape shape = parts.front().shape();
  shape[0] = std::int64_t(parts.size());
  Tensor whole = Tensor::empty(shape, parts.front().dtype());
  auto* out = static_cast<std::byte*>(whole.mutable_view().data);
  for (const Tensor& part : parts) {
    std::copy_n(static_cast<const std::byte*>(part.view().data), part.bytes(), out);
    out += part.bytes();
  }
  return whole;
}

class SegmenterTask : public TrainingTask {
 public:
  explicit SegmenterTask(const SegmenterConfig& config)
      : config_(config),
        films_(read_films(config.data, config.lists)),
        train_(config, films_.train),
        segmenter_(config.model, config.data.image_size, initializer_of(config.training)),
        learner_("segmenter", segmenter_.network(), config.optimizer) {
    if (films_.valid) valid_.emplace(config, *films_.valid);
  }

  std::int64_t examples() const override { return films_.train.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return valid_ ? std::vector<ValidColumn>{{"dice", "", Better::higher}, {"loss", "best"}}
                  : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<SegmenterBatch>({.read = [this](const Batch& batch) { return make(batch); },
                                        .work =
                                            [this](const SegmenterBatch& batch, const Batch&) {
                                              segmenter_.network().set_training(true);
                                              return std::vector{learner_.step([&] { return loss(batch); })};
                                            }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    double sum = 0, fit = 0;
    const std::int64_t organs = segmenter_.organs(), size = config_.data.image_size;
    for (std::int64_t i = 0; i < films_.valid->count(); ++i) {
      segmenter_.network().set_training(false);
      const SegmenterBatch batch{films_.valid->film(i), valid_->target(i, {}), {}};
      sum += loss(on_compute_device(batch)).value().item();
      const Tensor found = segmenter_.organ_masks(batch.films), truth = masks_of(batch.target);
      for (std::int64_t organ = 0; organ < organs; ++organ)
        fit += dice({found.data<float>().data() + organ, size, size, organs},
                    {truth.data<float>().data() + organ, size, size, organs}) /
               double(organs);
      if (i < config_.training.images_logged) log(events, i, step, batch.films, found);
    }
    const double count = double(films_.valid->count());
    return {fit / count, sum / count};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }

  std::map<std::string, TensorFile> weights() const override {
    TensorFile file = segmenter_.file();
    file.metadata["trained_by"] = SegmenterConfig::task;
    if (config_.model.kind == "unet") file.metadata["organs"] = names_of_folders(config_.masks);
    return {{"", file}};
  }

 private:
  SegmenterBatch make(const Batch& batch) const {
    const Random random =
        Random(std::uint64_t(config_.training.seed), "augmentation").split(std::uint64_t(batch.epoch));
    std::vector<Tensor> films, classes, landmarks;
    for (const std::int64_t example : batch.examples) {
      const bool as_it_is = config_.augmentation.does_nothing();
      const FilmChange change =
          as_it_is ? FilmChange{} : draw_change(config_.augmentation, random.split(std::uint64_t(example)));
      const Tensor film = films_.train.film(example);
      films.push_back(as_it_is ? film : changed_film(film, change));
      const Target target = train_.target(example, change);
      classes.push_back(target.classes);
      landmarks.push_back(target.landmarks);
    }
    return {stacked(films), {stacked(classes), stacked(landmarks)}, latent_noise(batch)};
  }

  Tensor latent_noise(const Batch& batch) const {
    if (config_.model.kind == "unet") return {};
    const Random random = Random(std::uint64_t(config_.training.seed), "latent")
                              .split(std::uint64_t(batch.epoch))
                              .split(std::uint64_t(batch.examples.front()));
    Tensor noise = Tensor::empty({std::int64_t(batch.examples.size()), config_.model.hybridgnet.latents});
    for (std::size_t i = 0; i < std::size_t(noise.numel()); ++i)
      noise.mutable_data<float>()[i] = float(random.normal_at(i));
    return noise;
  }

  Variable loss(const SegmenterBatch& batch) {
    if (HybridUNet* unet = segmenter_.unet()) {
      const Variable logits = (*unet)(batch.films);
      return cross_entropy(logits, batch.target.classes) + dice_loss(logits, batch.target.classes);
    }
    HybridGNet& net = *segmenter_.hybridgnet();
    return net.loss(net(batch.films, batch.noise), batch.target.landmarks);
  }

  /// [1,S,S,organs] of 0 and 1.
  Tensor masks_of(const Target& target) const {
    const std::int64_t size = config_.data.image_size, organs = segmenter_.organs();
    if (target.landmarks.defined())
      return organ_masks(target.landmarks, config_.model.hybridgnet.landmarks, size, size);
    Tensor masks = Tensor::zeros({1, size, size, organs});
    for (std::int64_t i = 0; i < size * size; ++i)
      if (const std::int64_t label = target.classes.data<std::int64_t>()[std::size_t(i)]; label > 0)
        masks.mutable_data<float>()[std::size_t(i * organs + label - 1)] = 1;
    return masks;
  }

  /// The film, and the film with the found organs brighter.
  void log(EventFile& events, std::int64_t index, std::int64_t step, const Tensor& film,
           const Tensor& masks) const {
    Tensor shown = film.clone();
    const auto pixels = shown.mutable_data<float>();
    const auto organs = std::size_t(segmenter_.organs());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      pixels[i] *= 0.7f;
      for (std::size_t organ = 0; organ < organs; ++organ)
        if (masks.data<float>()[i * organs + organ] > 0.5f) pixels[i] += 0.3f / float(organs);
    }
    events.image(fmt::format("film/{}", index), step, image_from_tensor(film, 8));
    events.image(fmt::format("organs/{}", index), step, image_from_tensor(shown, 8));
  }

  const SegmenterConfig& config_;
  TrainAndValid films_;
  OrganData train_;
  std::optional<OrganData> valid_;
  Segmenter segmenter_;
  Learner learner_;
};

}  // namespace

void check(const SegmenterConfig& c) {
  check(c.data, 32);
  check(c.augmentation);
  expect(!c.augmentation.flip, "augmentation.flip", "true", "false: organs have sides");
  check(c.model, "model");
  if (c.model.kind == "unet")
    expect(std::int64_t(c.masks.size()) == c.model.unet.organs, "data.masks",
           fmt::format("{} folders", c.masks.size()),
           fmt::format("one for each of model.unet_organs = {}", c.model.unet.organs));
  else
    check_given("data.landmarks", c.landmarks, "a folder of landmarks");
  check_run_fields(c);
}

TrainingResult run(const SegmenterConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  SegmenterTask task(config);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

}  // namespace scrim
