#include <gtest/gtest.h>

#include "tensor/storage.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // Cells that an op forgets to write show as NaN instead of as yesterday's right answer.
  scrim::memory::poison_new_storage(true);
  return RUN_ALL_TESTS();
}
