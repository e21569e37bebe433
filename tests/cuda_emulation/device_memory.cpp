#include "tests/cuda_emulation/device_memory.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/cuda_emulation/emulation.h"

namespace cuda_emulation {
namespace {

constexpr std::size_t alignment = 256, guard = 256;
constexpr std::size_t huge_page = std::size_t(2) << 20;  // whole ones open and close 300 times faster

/// The host read or wrote device memory: there is nothing to go on with.
void on_segfault(int, siginfo_t* info, void*) {
  const DeviceMemory& memory = DeviceMemory::get();
  const std::string text = memory.contains(info->si_addr) ? "cuda_emulation: host access to device memory, " +
                                                                memory.describe(info->si_addr) + "\n"
                                                          : "segmentation fault outside of device memory\n";
  [[maybe_unused]] const auto ignored = ::write(2, text.data(), text.size());
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}

char* reserve(std::size_t bytes, int protection) {
  void* data =
      ::mmap(nullptr, bytes + huge_page, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) {
    std::fprintf(stderr, "cuda_emulation: %zu bytes of addresses cannot be reserved\n", bytes);
    std::abort();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  return reinterpret_cast<char*>((address + huge_page - 1) / huge_page * huge_page);
}

}  // namespace

DeviceMemory& DeviceMemory::get() {
  static auto& memory = *new DeviceMemory;
  return memory;
}

DeviceMemory::DeviceMemory()
    : base_(reserve(arena_bytes, PROT_NONE)),
      state_(reinterpret_cast<State*>(reserve(arena_bytes, PROT_READ | PROT_WRITE))) {
  ::madvise(base_, arena_bytes, MADV_HUGEPAGE);
  ::madvise(state_, arena_bytes, MADV_HUGEPAGE);
  struct sigaction action {};
  action.sa_sigaction = on_segfault;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSEGV, &action, nullptr);
}

void* DeviceMemory::allocate(std::size_t bytes) {
  if (limit != 0 && in_use_ + bytes > limit) return nullptr;
  for (; ring_ <= arena_bytes; ring_ *= 2)
    if (void* data = allocate_in_ring(bytes)) return data;
  ring_ = arena_bytes;
  return nullptr;
}

void* DeviceMemory::allocate_in_ring(std::size_t bytes) {
  const std::size_t room = (bytes + guard + alignment - 1) / alignment * alignment;
  // The next gap behind the cursor; once round the ring at most.
  for (int round = 0; round < 2; ++round, cursor_ = 0) {
    auto block = blocks_.lower_bound(base_ + cursor_);
    if (block != blocks_.begin()) {
      const auto before = std::prev(block);
      const std::size_t end = std::size_t(before->first - base_) + before->second.bytes + guard;
      cursor_ = std::max(cursor_, (end + alignment - 1) / alignment * alignment);
    }
    while (cursor_ + room <= ring_) {
      if (block == blocks_.end() || base_ + cursor_ + room <= block->first) {
        char* data = base_ + cursor_;
        cursor_ += room;
        highest_ = std::max(highest_, (cursor_ + huge_page - 1) / huge_page * huge_page);
        if (open_ > 0) ::mprotect(base_, highest_, PROT_READ | PROT_WRITE);
        std::memset(state_of(data), allocated, bytes);
        std::memset(state_of(data) + bytes, unknown, room - bytes);
        blocks_[data] = {bytes, false};
        in_use_ += bytes;
        return data;
      }
      const std::size_t end = std::size_t(block->first - base_) + block->second.bytes + guard;
      cursor_ = (end + alignment - 1) / alignment * alignment;
      ++block;
    }
  }
  return nullptr;
}

bool DeviceMemory::retire(void* data) {
  const auto block = blocks_.find(static_cast<char*>(data));
  if (block == blocks_.end() || block->second.retired) return false;
  block->second.retired = true;
  in_use_ -= block->second.bytes;
  return true;
}

void DeviceMemory::free(void* data) {
  const auto block = blocks_.find(static_cast<char*>(data));
  std::memset(state_of(data), freed, block->second.bytes);
  blocks_.erase(block);
}

std::string DeviceMemory::describe(const void* address) const {
  const char* at = static_cast<const char*>(address);
  auto block = blocks_.upper_bound(const_cast<char*>(at));
  if (block == blocks_.begin()) return "in no block";
  --block;
  return "at byte " + std::to_string(at - block->first) + " of a block of " +
         std::to_string(block->second.bytes);
}

bool DeviceMemory::check(const void* address, std::size_t bytes, const std::string& who, bool reading) {
  const std::string what =
      std::string(reading ? "read" : "write") + " of " + std::to_string(bytes) + " bytes by " + who;
  if (!contains(address)) {
    report(what + ": not device memory");
    return false;
  }
  const State* state = state_of(address);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (state[i] == written || (state[i] == allocated && !reading)) continue;
    const char* why = state[i] == freed       ? "freed before"
                      : state[i] == allocated ? "nobody wrote them"
                                              : "outside of every block";
    report(what + ": " + why + ", " + describe(static_cast<const char*>(address) + i));
    return false;
  }
  return true;
}

bool DeviceMemory::may_read(const void* address, std::size_t bytes, const std::string& who) {
  return check(address, bytes, who, true);
}
bool DeviceMemory::may_write(const void* address, std::size_t bytes, const std::string& who) {
  return check(address, bytes, who, false);
}
void DeviceMemory::mark_written(void* address, std::size_t bytes) {
  std::memset(state_of(address), written, bytes);
}

DeviceMemory::Open::Open() {
  DeviceMemory& memory = get();
  if (memory.open_++ == 0 && memory.highest_ > 0)
    ::mprotect(memory.base_, memory.highest_, PROT_READ | PROT_WRITE);
}
DeviceMemory::Open::~Open() {
  DeviceMemory& memory = get();
  if (--memory.open_ == 0 && memory.highest_ > 0) ::mprotect(memory.base_, memory.highest_, PROT_NONE);
}

}  // namespace cuda_emulation
