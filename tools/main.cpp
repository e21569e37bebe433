#include <map>

#include "base/error.h"
#include "base/notice.h"
#include "base/strings.h"
#include "base/version.h"
#include "tensor/compute_device.h"
#include "tensor/memory/device_memory.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/help_format.h"

namespace {

constexpr const char* description =
    "scrim trains and measures methods that hide who is on a chest radiograph and keep what is on it.\n\n"
    "No method here makes a film anonymous. scrim is no medical device. It never connects to a network.";

/// Whether a verb that runs networks was called: the others need not look for a GPU.
bool computes(const CLI::App& app) {
  for (const char* verb : {"phantom", "split", "pool", "surrogate", "inspect", "report"})
    if (app.got_subcommand(verb)) return false;
  for (const char* verb : {"keygen", "recipients", "inspect"})
    if (app.got_subcommand("share") && app.get_subcommand("share")->got_subcommand(verb)) return false;
  return true;
}

std::map<std::string, scrim::ProductMath> maths() {
  return {std::begin(scrim::product_maths), std::end(scrim::product_maths)};
}

/// Says where networks compute unless it is the processor, as everywhere without a GPU.
void choose_device(const scrim::Common& common) {
  using namespace scrim;
  set_compute_settings({maths().at(common.math), !common.any_algorithm});
  const Device device = choose_compute_device(common.device);
  set_compute_device(device);
  if (device.is_cuda()) say(fmt::format("computing on {}\n", cuda::description(device)));
}

/// What was meant by a verb that does not exist, or an empty text.
std::string unknown_verb(const CLI::App& app) {
  const auto any = [](const CLI::App*) { return true; };
  const CLI::App* place = &app;  // the last verb that was understood
  std::string path = "scrim", word;
  while (!place->get_subcommands().empty()) {
    place = place->get_subcommands().front();
    path += " " + place->get_name();
  }
  for (const std::string& left : app.remaining(true))
    if (word.empty() && !left.starts_with("-")) word = left;
  std::vector<std::string> verbs;
  for (const CLI::App* verb : place->get_subcommands(any)) verbs.push_back(verb->get_name());
  if (word.empty() || verbs.empty()) return "";
  return fmt::format("there is no {} {}{} (verbs: {})", path, word, scrim::suggestion(word, verbs),
                     scrim::joined_names(verbs));
}

int report(const std::exception& e, int status) {
  scrim::say(fmt::format("scrim: {}\n", e.what()));
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace scrim;
  CLI::App app{description, "scrim"};
  app.formatter(std::make_shared<HelpFormat>());
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("scrim {}", version));
  app.option_defaults()->always_capture_default();
  app.footer(
      "scrim VERB --help explains a verb and shows an example.\n\n"
      "Exit status: 0, all done. 1, some inputs failed; each is reported. 2, wrong usage or configuration.");
  Common common;
  Outcome outcome;
  app.add_option("--threads", common.threads,
                 "number of threads; 0 means one per core. Results do not change")
      ->check(CLI::Range(0, 1024))
      ->envname("SCRIM_THREADS");
  app.add_option("--device", common.device,
                 "where networks run: cpu, cuda, cuda:N, or auto (a GPU if there is one)")
      ->envname("SCRIM_DEVICE");
  app.add_option("--math", common.math, "GPU precision: f32, or tf32, bf16, f16 (faster, less precise)")
      ->check(CLI::IsMember(maths()));
  app.add_flag("--any-algorithm", common.any_algorithm,
               "allow faster GPU algorithms; the last bits of results then differ from run to run");
  app.add_flag("--json", common.json, "print JSON lines on standard output");
  app.fallthrough();
  tell_notices_to([](const std::string& text) { say(fmt::format("scrim: {}\n", text)); });
  app.parse_complete_callback([&] {
    if (common.threads > 0) set_thread_count(common.threads);
    if (computes(app)) choose_device(common);
  });
  add_phantom(app, common, outcome);
  add_split(app, common, outcome);
  add_train(app, common, outcome);
  add_study(app, common, outcome);
  add_report(app, common, outcome);
  add_evaluate(app, common, outcome);
  add_anonymize(app, common, outcome);
  add_pool(app, common, outcome);
  add_surrogate(app, common, outcome);
  add_segment(app, common, outcome);
  add_share(app, common, outcome);
  add_infer(app, common, outcome);
  add_inspect(app, common, outcome);
  add_quickstart(app, common, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const std::string verb = e.get_exit_code() == 0 ? "" : unknown_verb(app);
    if (!verb.empty()) return report(UsageError(verb), 2);
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const UsageError& e) {
    return report(e, 2);
  } catch (const std::exception& e) {
    return report(e, 1);
  }
  return outcome.status;
}
