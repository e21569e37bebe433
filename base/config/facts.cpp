#include "base/config/facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace scrim {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string fact_text(const std::string& value) {
  return value;
}
std::string fact_text(bool value) {
  return value ? "true" : "false";
}
std::string fact_text(std::int64_t value) {
  return std::to_string(value);
}
std::string fact_text(double value) {
  return fmt::to_string(value);
}
std::string fact_text(const std::vector<std::int64_t>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}

std::string fact_text(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}

bool parse_fact(const std::string& text, std::string& value) {
  value = text;
  return true;
}
bool parse_fact(const std::string& text, bool& value) {
  value = text == "true";
  return value || text == "false";
}
bool parse_fact(const std::string& text, std::int64_t& value) {
  return parse_number(text, value);
}
bool parse_fact(const std::string& text, double& value) {
  return parse_number(text, value);
}
bool parse_fact(const std::string& text, std::vector<std::int64_t>& value) {
  value.clear();
  for (std::string_view part : split(text, ',')) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!parse_number(part, value.emplace_back())) return false;
  }
  return true;
}

std::string_view kind_of_fact(const std::string&) {
  return "a text";
}
std::string_view kind_of_fact(bool) {
  return "true or false";
}
std::string_view kind_of_fact(std::int64_t) {
  return "a whole number";
}
std::string_view kind_of_fact(double) {
  return "a number";
}
std::string_view kind_of_fact(const std::vector<std::int64_t>&) {
  return "a list of whole numbers, as 3,4,6,3";
}

}  // namespace scrim
