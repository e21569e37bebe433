#include "base/config/config.h"
#include "base/json_line.h"
#include "study/run.h"
#include "tools/command.h"

namespace scrim {

void add_study(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("study", "train judges and methods, attack them, write a report");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file, see configs/")->required();
  add_set_option(*verb, settings->overrides, "override a key of the file, for example data.image_size=128");
  verb->footer(
      R"(A study trains the judges, then each method. Attackers and the classifier then test what each method released. The result is report.html in output.folder.

Run the same command again to continue an interrupted study. Only steps whose configuration changed run again.

Example:
  scrim study configs/phantom_study.toml)");
  verb->callback([settings, &common] {
    const Study study =
        parse_study(read_config_file(settings->config), settings->config, settings->overrides);
    const std::filesystem::path report = run_study(study, common.json);
    if (common.json)
      print_json_line({{"report", report.string()}});
    else
      fmt::print("report {}\n", report.string());
  });
}

}  // namespace scrim
