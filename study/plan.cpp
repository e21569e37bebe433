#include "study/plan.h"

#include <algorithm>
#include <set>

#include "base/config/config_checks.h"

namespace scrim {
namespace {

/// Data that a phantom cohort brings along.
void use_phantom(StudyConfig& c) {
  const auto at = [&](const char* path) {
    return (std::filesystem::path(c.folder) / "cohort" / path).string();
  };
  const auto fill = [&](std::string& field, const char* path) {
    if (field.empty()) field = at(path);
  };
  fill(c.data.images, "images");
  fill(c.labels, "labels.csv");
  if (c.boxes.empty()) c.boxes_side = double(c.phantom.size);
  fill(c.boxes, "boxes.csv");
  fill(c.findings, "masks/findings");
  fill(c.lists.train, "splits/train.txt");
  fill(c.lists.valid, "splits/valid.txt");
  fill(c.test_list, "splits/test.txt");
  fill(c.pairs.train, "pairs/train.txt");
  fill(c.pairs.valid, "pairs/valid.txt");
  fill(c.test_pairs, "pairs/test.txt");
  if (c.masks.folders.empty()) c.masks.folders = {at("masks/lungs"), at("masks/heart")};
}

/// Donors that are drawn with the cohort, and what phantoms know of their findings where no network says it.
void use_phantoms(const StudyConfig& c, StudyMethod& m) {
  if (m.method.pool.empty()) m.method.pool = phantom_pool(c).string();
  auto& transplant = m.method.of<Transplant>();
  if (m.method.method != Transplant::name || !transplant.lesions.empty()) return;
  const std::filesystem::path cohort = std::filesystem::path(c.folder) / "cohort";
  if (transplant.findings.empty()) transplant.findings = (cohort / "masks/findings").string();
  if (transplant.content == "layer" && transplant.twins.empty()) transplant.twins = phantom_twins(c).string();
}

/// The files and folders that a method reads beside the films.
std::vector<std::filesystem::path> files_of(const MethodSettings& m) {
  std::vector<std::filesystem::path> files;
  if (!shows_another_film(m)) return files;
  files.push_back(std::filesystem::path(m.pool) / "pool.json");
  if (m.method != Transplant::name) return files;
  const auto& transplant = m.of<Transplant>();
  for (const std::string& file :
       {transplant.lesions, transplant.findings, transplant.twins, transplant.segmenter})
    if (!file.empty() && !is_builtin(file)) files.emplace_back(file);
  return files;
}

void check(const StudyConfig& c) {
  check_given("output.folder", c.folder, "a folder");
  expect(c.films_shown >= 0 && c.films_shown <= 50, "report.films_shown", c.films_shown, "0 to 50");
  expect(c.phantom.films >= 0, "phantom.films", c.phantom.films, "at least 0");
  expect(c.phantom.donors >= 10, "phantom.donors", c.phantom.donors, "at least 10");
  expect(c.phantom.size >= 32 && c.phantom.size <= 4096, "phantom.size", c.phantom.size, "32 to 4096");
  check(c.data, 16);
  check_given("data.labels", c.labels, "a table of findings");
  check_given("data.test_list", c.test_list, "a file with one film name per line");
  check_given("data.train_pairs", c.pairs.train, "a file of pairs");
  check_given("data.test_pairs", c.test_pairs, "a file of pairs");
  check_given("data.valid_pairs", c.pairs.valid, "a file of pairs, to choose judges by validation");
  check_given("data.valid_list", c.lists.valid, "a list of films, to choose judges by validation");
}

void check(const StudyMethod& m, std::int64_t number, const std::set<std::string>& taken) {
  const std::string key = fmt::format("method.{}.name", number);
  const bool sane = !m.name.empty() &&
                    m.name.find_first_not_of(
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_.-") == std::string::npos &&
                    m.name.front() != '.';
  expect(sane, key, "\"" + m.name + "\"", "a name of letters, digits, _ . -");
  expect(!taken.contains(m.name), key, m.name, "a name that no other method has");
  check(m.method, fmt::format("method.{}", number));
  expect(m.method.method != Unchanged::name, fmt::format("method.{}.method", number), "\"none\"",
         "a method that changes films (raw films are always attacked)");
}

class StudyReader {
 public:
  StudyReader(ConfigSource& source, Study& study) : source_(source), study_(study), c_(study.config) {}

  void read() {
    std::string task;
    source_.read("", "task", task);
    if (task != StudyConfig::task)
      throw UsageError(fmt::format("[study] task is \"{}\", expected \"study\"", task));
    visit_fields(c_, [&](const char* table, const char* key, auto& field, const char*) {
      source_.read(table, key, field);
    });
    if (c_.phantom.films > 0) use_phantom(c_);
    check(c_);
    read_methods();
    add_judges();
    for (const StudyMethod& method : study_.methods) add_method(method);
    source_.expect_nothing_left();
    for (const StudyStep& step : study_.steps)
      std::visit([](const auto& any) { std::visit([](const auto& config) { check(config); }, any); },
                 step.config);
  }

 private:
  void read_methods() {
    std::set<std::string> taken;
    for (std::int64_t i = 0; i < source_.count("method"); ++i) {
      ConfigSource part = source_.section(fmt::format("method.{}", i));
      StudyMethod method;
      read_config(part, method);
      if (shows_another_film(method.method) && c_.phantom.films > 0) use_phantoms(c_, method);
      check(method, i, taken);
      taken.insert(method.name);
      study_.methods.push_back(std::move(method));
    }
  }

  template <class Config>
  Config task(Config start) {
    ConfigSource part = source_.section(Config::task);
    read_config(part, start);
    return start;
  }

  template <class Config>
  void add(const std::string& name, const std::string& title, Config config,
           std::vector<std::filesystem::path> inputs) {
    config.folder = study_.step_folder(name).string();
    using Any =
        std::conditional_t<std::is_constructible_v<TrainingConfig, Config>, TrainingConfig, EvaluationConfig>;
    bool reads_masks = false;
    if constexpr (requires { config.masks.folders; }) reads_masks = !config.masks.folders.empty();
    if constexpr (requires { config.truth; }) reads_masks = true;
    if constexpr (std::is_same_v<Config, SegmenterConfig>) reads_masks = true;
    if constexpr (requires { config.contrast; })
      if (!config.contrast.single_films.empty()) {
        inputs.emplace_back(config.contrast.single_films);
        study_.single_films.push_back(config.contrast.single_films);
      }
    if constexpr (requires { config.start_weights; })
      if (!config.start_weights.empty()) inputs.emplace_back(config.start_weights);
    study_.steps.push_back({name, title, Any(std::move(config)), std::move(inputs), reads_masks});
  }

  std::string weights(const std::string& step, const char* file) const {
    return (study_.step_folder(step) / file).string();
  }
  std::string classifier() const { return weights(classifier_step, "best.safetensors"); }
  std::string segmenter() const { return weights(segmenter_step, "best.safetensors"); }
  std::string verifier() const { return weights(verifier_step, "best.safetensors"); }

  RetrainVerifierConfig attack() {
    return task(RetrainVerifierConfig{.data = c_.data,
                                      .lists = c_.pairs,
                                      .train_list = c_.lists.train,
                                      .valid_list = c_.lists.valid,
                                      .test_pairs = c_.test_pairs,
                                      .test_list = c_.test_list,
                                      .cohort_list = c_.cohort_list,
                                      .labels = c_.labels});
  }
  ClassifierConfig classifier_config() {
    return task(ClassifierConfig{.data = c_.data, .lists = c_.lists, .labels = c_.labels});
  }
  ClassificationConfig findings() {
    return task(ClassificationConfig{.data = c_.data,
                                     .test_list = c_.test_list,
                                     .labels = c_.labels,
                                     .boxes = c_.boxes,
                                     .classifier = classifier(),
                                     .boxes_side = c_.boxes_side});
  }

  void add_judges() {
    add(classifier_step, "classifier of findings, on real films", classifier_config(), {});
    add(verifier_step, "verifier of patients, on real films",
        task(VerifierConfig{.data = c_.data, .lists = c_.pairs}), {});
    if (study_.judges_organs())
      add(segmenter_step, "segmenter of organs, on real films",
          task(SegmenterConfig{.data = c_.data,
                               .lists = c_.lists,
                               .masks = c_.masks.folders,
                               .model = {.unet = {.organs = std::int64_t(c_.masks.folders.size())}}}),
          {});
    add(raw_attack_step, "attackers on raw films", attack(), {});
  }

  void add_method(const StudyMethod& m) {
    const ReleaseSettings release = study_.release_of(m);
    const MaskSettings masks = wants_masks(m.method) ? c_.masks : MaskSettings{};
    auto generator = files_of(m.method);
    if (m.is_learned()) {
      add(pretraining_step(m), m.name + ": pretraining",
          task(PretrainConfig{.data = c_.data, .lists = c_.lists, .model = {m.method}}), {});
      const std::string start = weights(pretraining_step(m), "best.safetensors");
      add(game_step(m), m.name + ": adversarial game",
          task(
              GameConfig{.data = c_.data,
                         .lists = c_.pairs,
                         .labels = c_.labels,
                         .masks = masks,
                         .generator = {m.method},
                         .generator_weights = start,
                         .verifier_weights = verifier(),
                         .classifier_weights = classifier(),
                         .game = {.ac_loss_weight = m.ac_loss_weight, .ver_loss_weight = m.ver_loss_weight}}),
          {start, verifier(), classifier()});
      generator = {release.weights};
    }
    auto attackers = attack();
    attackers.release = release;
    attackers.masks = masks;
    add(attack_step(m), m.name + ": attackers", std::move(attackers), generator);
    auto classification = findings();
    classification.release = release;
    classification.masks = masks;
    auto inputs = generator;
    inputs.push_back(classifier());
    auto of_findings = inputs;
    if (!c_.boxes.empty()) of_findings.emplace_back(c_.boxes);
    add(findings_step(m), m.name + ": findings before and after", std::move(classification), of_findings);
    if (study_.judges_lesions(m)) {
      auto of_lesions = generator;
      of_lesions.emplace_back(c_.findings);
      const std::string twins = study_.draws_twins() ? phantom_twins(c_).string() : "";
      add(lesions_step(m), m.name + ": lesions before and after",
          task(KeptLesionsConfig{.data = c_.data,
                                 .test_list = c_.test_list,
                                 .findings = c_.findings,
                                 .twins = twins,
                                 .release = release}),
          of_lesions);
    }
    if (study_.judges_organs() && study_.shows_the_film(m)) {
      auto of_organs = generator;
      of_organs.push_back(segmenter());
      add(organs_step(m), m.name + ": organs before and after",
          task(SegmentationConfig{.data = c_.data,
                                  .test_list = c_.test_list,
                                  .labels = c_.labels,
                                  .segmenter = segmenter(),
                                  .truth = c_.masks.folders,
                                  .masks = masks,
                                  .release = release}),
          of_organs);
    }
    const ClassifierConfig like = classifier_config();
    add(research_step(m), m.name + ": a classifier that learns from released films",
        task(RetrainClassifierConfig{.data = c_.data,
                                     .lists = c_.lists,
                                     .test_list = c_.test_list,
                                     .labels = c_.labels,
                                     .classifier = classifier(),
                                     .masks = masks,
                                     .release = release,
                                     .augmentation = like.augmentation,
                                     .model = like.model,
                                     .seeds = 1,
                                     .training = like.training,
                                     .optimizer = like.optimizer,
                                     .schedule = like.schedule}),
        inputs);
    if (study_.shows_the_film(m))
      add(quality_step(m), m.name + ": image quality",
          task(ImageQualityConfig{
              .data = c_.data, .test_list = c_.test_list, .masks = masks, .release = release}),
          generator);
  }

  ConfigSource& source_;
  Study& study_;
  StudyConfig& c_;
};

}  // namespace

std::filesystem::path phantom_twins(const StudyConfig& config) {
  return std::filesystem::path(config.folder) / "cohort/twins";
}

std::filesystem::path phantom_pool(const StudyConfig& config) {
  return std::filesystem::path(config.folder) / "donors";
}

std::filesystem::path Study::step_folder(const std::string& name) const {
  return std::filesystem::path(config.folder) / "steps" / name;
}

bool Study::draws_donors() const {
  return std::any_of(methods.begin(), methods.end(), [this](const StudyMethod& m) {
    return !shows_the_film(m) && m.method.pool == phantom_pool(config).string();
  });
}

bool Study::draws_twins() const {
  const std::string twins = phantom_twins(config).string();
  return std::any_of(methods.begin(), methods.end(), [&](const StudyMethod& m) {
    return m.method.method == Transplant::name && m.method.of<Transplant>().twins == twins;
  });
}

ReleaseSettings Study::release_of(const StudyMethod& m) const {
  return {m.method, m.is_learned() ? (step_folder(game_step(m)) / GameConfig::best_file).string() : "",
          shows_another_film(m.method) ? config.labels : ""};
}

bool is_study(const std::string& text, const std::string& name) {
  std::string task;
  ConfigSource(text, name).read("", "task", task);
  return task == StudyConfig::task;
}

Study parse_study(const std::string& text, const std::string& name,
                  const std::vector<std::string>& overrides) {
  ConfigSource source(text, name);
  Study study;
  study.text = text;
  for (const auto& assignment : overrides) {
    source.set(assignment);
    study.text += "# --set " + assignment + "\n";
  }
  StudyReader(source, study).read();
  return study;
}

}  // namespace scrim
