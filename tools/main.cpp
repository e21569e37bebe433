#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tools/command.h"

namespace {

constexpr const char* description =
    "scrim: hides who is on a chest radiograph while showing what is on it.\n"
    "Networks, kernels and data handling are its own; it holds no network code and sends nothing anywhere.\n"
    "It prints evidence; it never calls an image anonymous.";

int report(const std::exception& e, int status) {
  scrim::say(fmt::format("scrim: {}\n", e.what()));
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace scrim;
  CLI::App app{description, "scrim"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "scrim " SCRIM_VERSION);
  app.option_defaults()->always_capture_default();
  app.footer(
      "Exit status: 0 all done; 1 some inputs failed, each named, the others done; 2 usage or "
      "configuration.\n"
      "scrim VERB --help explains a verb and ends with an example.");
  Common common;
  Outcome outcome;
  app.add_option("--threads", common.threads, "threads; 0 = one per core. Results do not depend on it")
      ->check(CLI::Range(0, 1024))
      ->envname("SCRIM_THREADS");
  app.add_flag("--json", common.json, "print machine-readable lines on standard output");
  app.fallthrough();
  app.parse_complete_callback([&] {
    if (common.threads > 0) set_thread_count(common.threads);
  });
  add_phantom(app, common, outcome);
  add_split(app, common, outcome);
  add_train(app, common, outcome);
  add_study(app, common, outcome);
  add_evaluate(app, common, outcome);
  add_anonymize(app, common, outcome);
  add_segment(app, common, outcome);
  add_share(app, common, outcome);
  add_infer(app, common, outcome);
  add_inspect(app, common, outcome);
  add_quickstart(app, common, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const UsageError& e) {
    return report(e, 2);
  } catch (const std::exception& e) {
    return report(e, 1);
  }
  return outcome.status;
}
