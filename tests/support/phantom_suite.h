// Tests on a small phantom cohort that is made once for all tests of a suite.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "data/phantom/phantom_cohort.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {

/// `films` films of 64 x 64 pixels.
template <int films>
class PhantomSuite : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<TemporaryFolder>();
    phantom::write_cohort(cohort(), {.films = films, .film = {.size = 64}, .twins = true},
                          [](std::int64_t) {});
  }
  static void TearDownTestSuite() { shared_.reset(); }
  /// Of the whole suite; its folder "cohort" holds the films.
  static const TemporaryFolder& shared() { return *shared_; }
  static std::filesystem::path cohort() { return shared() / "cohort"; }
  static std::string at(const char* path) { return (cohort() / path).string(); }

  TemporaryFolder folder;  ///< of one test

 private:
  static inline std::unique_ptr<TemporaryFolder> shared_;
};

}  // namespace scrim::test
