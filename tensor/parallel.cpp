#include "tensor/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace scrim {
namespace {

thread_local bool inside_body = false;

/// One parallel_for call: threads take the next range until none is left.
struct Job {
  std::int64_t count, grain;
  const std::function<void(std::int64_t, std::int64_t)>& body;
  std::atomic<std::int64_t> next = 0;
  std::mutex error_mutex;
  std::exception_ptr error;

  void work() {
    inside_body = true;
    for (;;) {
      const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) break;
      try {
        body(begin, std::min(begin + grain, count));
      } catch (...) {
        std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
    inside_body = false;
  }
};

class Team {
 public:
  explicit Team(int helpers) {
    for (int i = 0; i < helpers; ++i) threads_.emplace_back([this] { helper_loop(); });
  }
  ~Team() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void run(Job& job) {
    {
      std::lock_guard lock(mutex_);
      job_ = &job;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    job.work();
    // No range is left: who has not come by now is not waited for (a busy machine may keep a helper away for
    // milliseconds), and who is at work ends within one range, which is shorter than a sleep.
    {
      std::lock_guard lock(mutex_);
      job_ = nullptr;
    }
    while (busy_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  }

 private:
  void helper_loop() {
    std::uint64_t seen = 0;
    for (;;) {
      // A network is a chain of short loops: look for the next one for a moment before sleeping.
      for (int spin = 0; spin < spin_count && generation_.load(std::memory_order_acquire) == seen; ++spin) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
      Job* job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_relaxed) != seen; });
        seen = generation_.load(std::memory_order_relaxed);
        if (stopping_) return;
        job = job_;
        if (!job) continue;
        busy_.fetch_add(1, std::memory_order_relaxed);
      }
      job->work();
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }

  static constexpr int spin_count = 2000;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::uint64_t> generation_ = 0;
  std::atomic<int> busy_ = 0;
  Job* job_ = nullptr;
  bool stopping_ = false;
};

std::mutex team_mutex;  // one parallel_for at a time: a second caller's loop runs on its own thread alone
std::unique_ptr<Team> team;
std::atomic<int> wanted_threads = std::max(1u, std::thread::hardware_concurrency());

}  // namespace

int thread_count() {
  return wanted_threads;
}

void set_thread_count(int count) {
  require(count >= 1 && count <= 1024, "threads", "{} came, expected 1 to 1024", count);
  std::lock_guard lock(team_mutex);
  wanted_threads = count;
  team.reset();
}

SerialLoops::SerialLoops() : before_(std::exchange(inside_body, true)) {}
SerialLoops::~SerialLoops() {
  inside_body = before_;
}

void parallel_for(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (count <= 0) return;
  grain = std::max<std::int64_t>(1, grain);
  const bool alone = inside_body || wanted_threads == 1 || count <= grain;
  std::unique_lock lock(team_mutex, std::defer_lock);
  if (alone || !lock.try_lock()) {
    for (std::int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
    return;
  }
  if (!team) team = std::make_unique<Team>(wanted_threads - 1);
  Job job{count, grain, body};
  team->run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace scrim
