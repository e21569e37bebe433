// The main job on an embedded default: a phantom cohort, a small pretrained generator, held-out films
// anonymized, a page.
#include <fmt/core.h>

#include "data/cohort.h"
#include "data/phantom_cohort.h"
#include "tools/command.h"
#include "tools/film_anonymizer.h"
#include "tools/report_page.h"
#include "tools/train_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr const char* embedded_config = R"(task = "pretrain_generator"
[data]
image_size = 128
[model]
init_features = 8
mu = 0.05
[training]
epochs = 3
batch_size = 8
checkpoint_every_steps = 10
[optimiser]
learning_rate = 1e-3
)";

constexpr std::int64_t films = 120, films_shown = 6;

void run_quickstart(const fs::path& folder, bool json) {
  const fs::path cohort = folder / "cohort", pictures = folder / "pictures";
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw UsageError(fmt::format("[quickstart] {} is not empty", folder.string()));
  {
    Progress progress("phantom", films, Progress::fitting(json));
    phantom::write_cohort(cohort, {.films = films}, [&](std::int64_t done) { progress.update(done); });
  }
  const TrainingConfig config =
      parse_training_config(embedded_config, "the embedded configuration",
                            {"data.images=\"" + (cohort / "images").string() + "\"",
                             "data.train_list=\"" + (cohort / "splits/train.txt").string() + "\"",
                             "data.valid_list=\"" + (cohort / "splits/valid.txt").string() + "\"",
                             "output.folder=\"" + (folder / "run").string() + "\""});
  const TrainingResult trained = run_training(config, false, json);

  FilmAnonymizer anonymizer(trained.weights, {});
  std::vector<ReportFilm> shown;
  for (const auto& name : read_list(cohort / "splits/test.txt")) {
    if (std::int64_t(shown.size()) == films_shown) break;
    const GrayImage before = read_image(cohort / "images" / name);
    AnonymizedFilm after = anonymizer(before);
    shown.push_back({name, before, std::move(after.image), after.largest_displacement});
  }
  fs::create_directories(pictures);
  const fs::path page = pictures / "index.html";
  write_report(
      page,
      {"Held-out phantom films, before and after",
       "A small generator was pretrained on procedural phantoms to leave films as they are: the first step "
       "of "
       "PriCheXy-Net's training. The warp that remains is what it has not unlearned. It has not met an "
       "adversary yet, so it hides nobody; the pictures show that the whole path works.",
       {{"films", fmt::format("{} phantoms, patients of the test split shown", films)},
        {"network", anonymizer.describe()},
        {"training", fmt::format("{} steps, last training loss {:.2e}", trained.steps, trained.train_loss)}}},
      shown);
  if (json)
    fmt::print("{{\"page\": \"{}\"}}\n", page.string());
  else
    fmt::print("\npictures   {}\npage       {}\nweights    {}\n", pictures.string(), page.string(),
               trained.weights.string());
}

}  // namespace

void add_quickstart(CLI::App& app, const Common& common, Outcome&) {
  auto* verb =
      app.add_subcommand("quickstart", "the main job from end to end on phantoms, in a minute or two");
  auto folder = std::make_shared<std::string>("quickstart-output");
  verb->add_option("-o,--output", *folder, "folder to write, empty or not there yet");
  verb->footer("Example:\n  scrim quickstart -o first-look");
  verb->callback([folder, &common] { run_quickstart(*folder, common.json); });
}

}  // namespace scrim
