// Progress of long work: a bar with the time left on a terminal, plain lines elsewhere, JSON lines on
// request.
#pragma once

#include <chrono>
#include <string>

namespace scrim {

/// Prints for the user on standard error; a bar that is shown goes first. A log that cannot be written (a full
/// disk, a closed pipe) is no reason to stop the work, so failures are passed over.
void say(const std::string& text);

class Progress {
 public:
  enum class Style { bar, lines, none };
  /// The style that fits standard error, or none for `json`.
  static Style fitting(bool json);

  Progress(std::string what, std::int64_t total, Style style);
  ~Progress();  ///< clears the bar
  Progress(const Progress&) = delete;

  /// `note`: what to show behind the count, "loss 0.0012".
  void update(std::int64_t done, const std::string& note = "");
  void clear();  ///< so that standard output's lines stand alone

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  std::int64_t total_, first_ = -1;
  Style style_;
  Clock::time_point start_ = Clock::now(), shown_{};
};

}  // namespace scrim
