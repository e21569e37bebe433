// The scrim program as a child process.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/atomic_file.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {

using Words = std::vector<std::string>;

struct Result {
  int status = -1;
  std::string out, error;
};

/// Starts the program; `largest_file` limits what it may write, as a full disk would.
inline pid_t start(const Words& words, const std::filesystem::path& out, const std::filesystem::path& error,
                   rlim_t largest_file = RLIM_INFINITY) {
  std::vector<char*> arguments{const_cast<char*>(SCRIM_BINARY)};
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(::open(error.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  if (largest_file != RLIM_INFINITY) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{largest_file, largest_file};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execv(SCRIM_BINARY, arguments.data());
  ::_exit(127);
}

inline Result run(const Words& words, rlim_t largest_file = RLIM_INFINITY) {
  const TemporaryFolder folder;
  int status = 0;
  ::waitpid(start(words, folder / "out", folder / "error", largest_file), &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(folder / "out", 1 << 24), read_file(folder / "error", 1 << 24)};
}

}  // namespace scrim::test
