#include "base/atomic_file.h"
#include "base/json_line.h"
#include "study/report/comparison.h"
#include "tools/command.h"

namespace scrim {

void add_report(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("report", "put finished studies side by side on one page");
  struct Settings {
    std::vector<std::filesystem::path> studies;
    std::filesystem::path output = "comparison.html";
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("studies", settings->studies, "output folders of finished studies")->required();
  verb->add_option("-o,--output", settings->output, "the page")->capture_default_str();
  verb->footer(
      R"(Reads evidence.json of each study. An existing page is replaced.

Example:
  scrim report runs/phantom_study runs/nih_study -o comparison.html)");
  verb->callback([settings, &common] {
    write_file(settings->output, comparison_html(settings->studies));
    if (common.json)
      print_json_line({{"report", settings->output.string()}});
    else
      fmt::print("report {}\n", settings->output.string());
  });
}

}  // namespace scrim
