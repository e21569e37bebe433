#include <gtest/gtest.h>

#include <cstdlib>

#include "tensor/compute_device.h"
#include "tensor/memory/storage.h"
#ifdef SCRIM_TEST_EMULATED_CUDA
#include "tests/cuda_emulation/emulation.h"
#endif

namespace {

constexpr int not_run = 77;  // what CTest is told to count as skipped

#ifdef SCRIM_TEST_EMULATED_CUDA
/// A test during which the emulated device was misused has failed, whatever it computed.
class NoFaults : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    for (const auto& fault : cuda_emulation::take_faults()) ADD_FAILURE() << fault;
  }
};
#endif

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (const char* device = std::getenv("SCRIM_TEST_DEVICE")) {
    try {
      scrim::set_compute_device(scrim::choose_compute_device(device));
    } catch (const scrim::Error& e) {
      std::printf("not run: %s\n", e.what());
      return not_run;
    }
  }
#ifdef SCRIM_TEST_EMULATED_CUDA
  testing::UnitTest::GetInstance()->listeners().Append(new NoFaults);
  scrim::set_compute_device(scrim::Device::cuda);
#endif
  // Cells that an op forgets to write show as NaN instead of as yesterday's right answer.
  scrim::memory::poison_new_storage(true);
  return RUN_ALL_TESTS();
}
