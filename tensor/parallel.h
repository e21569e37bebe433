// The thread loop. Work is cut by index ranges only; nothing about a result may depend on which thread ran
// it.
#pragma once

#include <cstdint>
#include <functional>

namespace scrim {

/// Number of threads that parallel_for uses, the caller included; at least 1. Starts as the number of cores.
int thread_count();
void set_thread_count(int count);

/// Calls body(begin, end) on disjoint ranges that cover [0, count), each of `grain` indices (the last may be
/// shorter), on all threads; returns when all are done. An exception of the body is rethrown here.
/// A call from inside a body runs on the calling thread.
void parallel_for(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

/// Within its life the loops of this thread run on it alone: for background work that must not take the team
/// from the thread that computes.
class SerialLoops {
 public:
  SerialLoops();
  ~SerialLoops();
  SerialLoops(const SerialLoops&) = delete;
  SerialLoops& operator=(const SerialLoops&) = delete;

 private:
  bool before_;
};

}  // namespace scrim
