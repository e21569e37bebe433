#include "methods/transplant/lesion_network.h"

#include "tensor/compute_device.h"
#include "tests/training/learning_curve.h"
#include "tests/training/small_tasks.h"

namespace scrim::test {
namespace {

class LesionTasks : public SmallTasks {};

TEST_F(LesionTasks, LearnAndResumeToTheSameBytes) {
  expect_same_bytes_when_resumed(lesion_network("whole"), lesion_network("parts"),
                                 {"metrics.csv", "checkpoint.safetensors", "best.safetensors"});
  auto longer = lesion_network("longer");
  longer.init_features = 4;
  longer.training.epochs = 25;
  longer.training.batch_size = 4;
  longer.optimizer.learning_rate = 3e-3;
  LearningCurve curve;
  const auto result = run(longer, "x", false, [&](const TrainingProgress& p) { curve(p); });
  EXPECT_LT(curve.fell_to(), 0.8);
  const auto loaded = load_lesion_network(result.weights);
  EXPECT_EQ(loaded.image_size, 32);
  // Findings are where the film differs from its twin, sooner than elsewhere.
  const std::vector<std::string> names = film_names(at("images"), at("splits/train.txt"));
  const FilmSet films(at("images"), names, {.image_size = 32}), twins(at("twins"), names, {.image_size = 32});
  double inside = 0, outside = 0, pixels = 0, others = 0;
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const Tensor film = films.film(i), twin = twins.film(i);
    const Tensor surely =
        to_host(lesions_of(*loaded.network, Variable(to_compute_device(film))).surely.value());
    for (std::size_t p = 0; p < std::size_t(film.numel()); ++p) {
      const bool there = std::abs(film.data<float>()[p] - twin.data<float>()[p]) > 0.1f;
      (there ? inside : outside) += surely.data<float>()[p];
      ++(there ? pixels : others);
    }
  }
  EXPECT_GT(inside / pixels, 2 * outside / others);

  auto sick = lesion_network("sick");
  write_file(folder / "sick.csv", [&] {
    std::string text = "image,findings\n";
    for (const auto& name : names) text += name + ",Mass\n";
    return text;
  }());
  sick.healthy.labels = folder / "sick.csv";
  expect_contains(error_of([&] { run(sick, "x", false, quiet); }), "is without findings");
}

}  // namespace
}  // namespace scrim::test
