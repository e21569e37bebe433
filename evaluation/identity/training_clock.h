// How long an attacker's training took, over interruptions: a number in a file of its run folder. Results hold no times, so
// that the same evaluation gives the same bytes.
#pragma once

#include <chrono>
#include <filesystem>

#include "base/atomic_file.h"

namespace scrim {

class TrainingClock {
 public:
  explicit TrainingClock(const std::filesystem::path& run_folder) : file_(run_folder / "seconds.txt") {
    if (std::filesystem::exists(file_)) before_ = std::strtod(read_file(file_, 100).c_str(), nullptr);
  }
  double seconds() const {
    return before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  void save() const { write_file(file_, fmt::format("{:.1f}\n", seconds())); }

 private:
  std::filesystem::path file_;
  double before_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace scrim
