#include "training/network_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace scrim {
namespace {

template <class Number>
bool parse_number(const std::string& text, Number& value) {
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
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (!parse_number(text.substr(begin, end - begin), value.emplace_back())) return false;
    begin = end + 1;
  }
  return true;
}

std::int64_t image_size_from(const Facts& facts, std::int64_t otherwise) {
  std::int64_t size = otherwise;
  if (const auto fact = facts.find("image_size"); fact != facts.end())
    require(parse_fact(fact->second, size) && size >= 16 && size <= 4096, "weights",
            "say image_size = \"{}\", expected 16 to 4096", fact->second);
  return size;
}

}  // namespace scrim
