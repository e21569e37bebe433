// Where the data outside the repository lies, and what a test does without it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace scrim::test {

/// Real radiographs: $SCRIM_TEST_DATA, or ../shared/data beside the source tree. Empty when absent.
inline std::filesystem::path data_folder() {
  const char* named = std::getenv("SCRIM_TEST_DATA");
  const std::filesystem::path folder = named ? named : SCRIM_SOURCE_DIR "/../shared/data";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

/// Vectors made with another framework: beside the data. Empty when absent.
inline std::filesystem::path golden_folder() {
  const auto data = data_folder();
  const auto folder = data.parent_path() / "golden";
  return !data.empty() && std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

inline bool on_ci() {
  const char* ci = std::getenv("CI");
  return ci && std::string(ci) == "true";
}

}  // namespace scrim::test

/// Leaves the test as not run when `folder` is empty; with CI=true that is a failure.
#define REQUIRE_TEST_DATA(folder)                                                            \
  if ((folder).empty()) {                                                                    \
    if (scrim::test::on_ci()) FAIL() << "test data is missing; see SCRIM_TEST_DATA";         \
    GTEST_SKIP() << "not run: test data is missing; set SCRIM_TEST_DATA to the data folder"; \
  }
