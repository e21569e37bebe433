#include "tools/help_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"

namespace scrim {
namespace {

constexpr std::size_t width = 90, column = 28;

/// Words flow into lines of `width`, all but the first indented.
std::string flowed(std::string_view text, std::size_t begins_at, std::size_t indent) {
  std::string out;
  std::size_t at = begins_at;
  for (const std::string_view word : split_words(text)) {
    if (at > indent && at + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += " ";
      ++at;
    }
    out += word;
    at += word.size();
  }
  return out + "\n";
}

/// What CLI11 writes as "INT:INT in [0 - 8]" or "TEXT:{a,b}": the value's placeholder and its range.
struct ValueText {
  std::string placeholder, range;
};
ValueText value_text(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t colon = type.find(':');
  const std::string kind = type.substr(0, colon),
                    checks = colon == std::string::npos ? "" : type.substr(colon + 1);
  if (checks.starts_with("{")) {
    std::string choices = checks.substr(1, checks.size() - 2);
    std::replace(choices.begin(), choices.end(), ',', '|');
    return {choices, ""};
  }
  ValueText text{kind == "INT" || kind == "UINT" ? "N" : kind == "FLOAT" ? "X" : kind, ""};
  const std::size_t bracket = checks.find('['), dash = checks.find(" - ");
  if (bracket != std::string::npos && dash != std::string::npos)
    text.range = fmt::format("{} to {}", checks.substr(bracket + 1, dash - bracket - 1),
                             checks.substr(dash + 3, checks.size() - dash - 4));
  return text;
}

}  // namespace

std::string help_row(const std::string& name, const std::string& text) {
  std::string out = "  " + name;
  if (out.size() + 2 > column)
    out += "\n" + std::string(column, ' ');
  else
    out.resize(column, ' ');
  return out + flowed(text, column, column);
}

std::string wrapped_help(const std::string& text) {
  std::string out, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) out += flowed(paragraph, 0, 0);
    paragraph.clear();
  };
  for (const std::string_view line : split_lines(text)) {
    if (!line.empty() && line.front() != ' ') {
      paragraph += std::string(line) + " ";
      continue;
    }
    end_paragraph();
    out += std::string(line) + "\n";
  }
  end_paragraph();
  return out;
}

std::string HelpFormat::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = "\nUsage: " + name;
  if (!app->get_subcommands({}).empty()) return usage + " VERB ...\n";
  for (const CLI::Option* option : app->get_options())
    if (option->get_positional()) usage += " " + make_option_usage(option);
  return usage + " [options]\n";
}

std::string HelpFormat::make_description(const CLI::App* app) const {
  return wrapped_help(app->get_description());
}

std::string HelpFormat::make_group(std::string group, bool is_positional,
                                   std::vector<const CLI::Option*> options) const {
  std::string out = "\n" + (is_positional ? "Arguments" : group) + ":\n";
  for (const CLI::Option* option : options) out += make_option(option, is_positional);
  return out;
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  const ValueText value = value_text(*option);
  std::string name = is_positional ? option->get_name(true, false) : option->get_name(false, true);
  if (const std::size_t comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, " ");
  const bool takes_value = !is_positional && option->get_type_size() != 0;
  if (takes_value) name += " " + value.placeholder;
  std::string text = option->get_description();
  const std::string standard = option->get_default_str();
  if (!value.range.empty()) text += "; " + value.range;
  if (takes_value && !standard.empty() && standard != "[]") text += fmt::format(" (default: {})", standard);
  if (option->get_required() && !is_positional) text += " (required)";
  if (!option->get_envname().empty()) text += fmt::format(" [{}]", option->get_envname());
  return help_row(name, text);
}

std::string HelpFormat::make_subcommand(const CLI::App* verb) const {
  return help_row(verb->get_name(), verb->get_description());
}

std::string HelpFormat::make_footer(const CLI::App* app) const {
  return wrapped_help(app->get_footer());
}

}  // namespace scrim
