#include "base/config/config.h"
#include "study/evaluation_runs.h"
#include "tools/command.h"

namespace scrim {

void add_evaluate(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("evaluate", "measure the privacy or utility of one method");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file, see configs/")->required();
  add_set_option(*verb, settings->overrides, "override a key of the file, for example attacker.seeds=5");
  verb->footer(R"(Tasks (task = "NAME" in the file):
  retrain_verifier    attackers retrained on the method's output, one without training, all together
  retrain_classifier  findings learned from released films, tested on real ones
  classifier          findings on films before and after
  segmenter           organs on films before and after
  image_quality       PSNR, SSIM, displacement, changed pixels
  inversion           an attacker who has the network computes the film back
  averaging           an attacker averages several releases of a film

Writes config.toml, results.json, results.csv and summary.txt to output.folder. Run the same command again to continue an interrupted evaluation.

Example:
  scrim evaluate configs/retrain_verifier.toml --set data.images=cohort/images)");
  verb->callback([settings, &common] {
    run_evaluation(
        parse_evaluation_config(read_config_file(settings->config), settings->config, settings->overrides),
        common.json);
  });
}

}  // namespace scrim
