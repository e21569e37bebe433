// How help looks: one place for widths, columns, defaults and choices.
#pragma once

#include <CLI/CLI.hpp>

namespace scrim {

class HelpFormat : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* verb) const override;
  std::string make_footer(const CLI::App* app) const override;
};

/// Text of a help, at most 90 columns wide. Lines that begin with a space stay as they are; the others flow together up to
/// the next empty line.
std::string wrapped_help(const std::string& text);
/// A line of a list: a name and, from a column on, its text.
std::string help_row(const std::string& name, const std::string& text);

}  // namespace scrim
