#include "base/config.h"
#include "base/json_line.h"
#include "study/run.h"
#include "tools/command.h"

namespace scrim {

void add_study(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("study", "the whole study: judges, methods, attackers, report");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file; see configs/")->required();
  add_set_option(*verb, settings->overrides, "override a key of the file");
  verb->footer(
      "Trains the judges, then for each method the generator, and asks attackers and the classifier about "
      "what it\n"
      "makes; report.html in output.folder shows all of it. Interrupted, it goes on where it was; started "
      "again, it\n"
      "does only what has changed.\n\n"
      "Example:\n  scrim study configs/phantom_study.toml");
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
