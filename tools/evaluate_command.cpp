#include "base/config.h"
#include "study/evaluation_runs.h"
#include "tools/command.h"

namespace scrim {

void add_evaluate(CLI::App& app, const Common& common, Outcome&) {
  auto* verb =
      app.add_subcommand("evaluate", "measure privacy or utility of a method from a TOML configuration");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file; see configs/")->required();
  add_set_option(*verb, settings->overrides, "override a key of the file: --set attacker.seeds=5");
  verb->footer(
      "Tasks (task = \"NAME\" in the file):\n"
      "  retrain_verifier  attackers that know the method try to tell whose films they are\n"
      "  classifier        findings on the films before and after\n"
      "  segmenter         organs on the films before and after\n"
      "  image_quality     PSNR, SSIM, displacement, changed pixels\n"
      "  inversion         an attacker who holds the network computes back\n"
      "  averaging         an attacker averages several releases of a film\n"
      "Results are config.toml, results.json, results.csv and summary.txt in output.folder. An evaluation "
      "that was\n"
      "interrupted goes on when it is started again.\n\n"
      "Example:\n  scrim evaluate configs/retrain_verifier.toml --set data.images=cohort/images");
  verb->callback([settings, &common] {
    run_evaluation(
        parse_evaluation_config(read_config_file(settings->config), settings->config, settings->overrides),
        common.json);
  });
}

}  // namespace scrim
