#include "base/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace scrim {
namespace {

std::string duration(double seconds) {
  const auto whole = std::int64_t(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

void put(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

Progress* visible_bar = nullptr;

}  // namespace

void say(const std::string& text) {
  if (visible_bar) visible_bar->clear();
  put(text);
}

Progress::Style Progress::fitting(bool json) {
  if (json) return Style::none;
  return ::isatty(STDERR_FILENO) ? Style::bar : Style::lines;
}

Progress::Progress(std::string what, std::int64_t total, Style style)
    : what_(std::move(what)), total_(total), style_(style) {}

Progress::~Progress() {
  clear();
}

void Progress::clear() {
  if (visible_bar != this) return;
  put("\r\033[K");
  visible_bar = nullptr;
}

void Progress::update(std::int64_t done, const std::string& note) {
  if (style_ == Style::none) return;
  const auto now = Clock::now();
  const bool first = first_ < 0, last = done >= total_;
  const auto pause = style_ == Style::bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
  if (first) {  // a resumed run begins in the middle: the time left is judged by what this process did
    first_ = done - 1;
  } else if (!last && now - shown_ < pause) {
    return;
  }
  shown_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double left = elapsed / double(std::max<std::int64_t>(1, done - first_)) * double(total_ - done);
  const std::string tail =
      (note.empty() ? "" : "  " + note) + (last    ? fmt::format("  in {}", duration(elapsed))
                                           : first ? std::string()  // nothing to judge the time left by
                                                   : fmt::format("  {} left", duration(left)));
  if (style_ == Style::lines || last) {
    say(fmt::format("{}: {}/{}{}\n", what_, done, total_, tail));
  } else {
    constexpr int width = 28;
    const int filled = int(double(width) * double(done) / double(total_));
    clear();
    put(fmt::format("{} [{}{}] {}/{}{}", what_, std::string(std::size_t(filled), '#'),
                    std::string(std::size_t(width - filled), '-'), done, total_, tail));
    visible_bar = this;
  }
}

}  // namespace scrim
