#include "tools/command.h"

#include <fmt/core.h>

namespace scrim {

void add_set_option(CLI::App& verb, std::vector<std::string>& assignments, const std::string& help) {
  verb.add_option("--set", assignments, help)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE")
      ->check([](const std::string& text) {
        const auto equals = text.find('=');
        return equals == std::string::npos || equals == 0 ? fmt::format("expected KEY=VALUE (got {})", text)
                                                          : std::string();
      });
}

}  // namespace scrim
