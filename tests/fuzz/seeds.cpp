// Writes a few valid inputs for each fuzz target: fuzz_seeds FOLDER
#include <filesystem>

#include "data/image_file.h"
#include "tensor/atomic_file.h"
#include "tensor/safetensors.h"
#include "tools/train_command.h"

int main(int, char** argv) {
  using namespace scrim;
  const std::filesystem::path folder = argv[1];
  for (const char* part : {"safetensors", "image", "config"})
    std::filesystem::create_directories(folder / part);
  write_safetensors(
      folder / "safetensors/two",
      {{{"a", Tensor::zeros({2, 3})}, {"b", Tensor::zeros({}, DType::i64)}}, {{"key", "value"}}});
  write_safetensors(folder / "safetensors/none", {});
  write_png(folder / "image/eight", {2, 3, 8, {0, 50, 100, 150, 200, 255}});
  write_png(folder / "image/sixteen", {1, 2, 16, {0, 65535}});
  PretrainConfig config;
  config.data.images = "films";
  write_file(folder / "config/default", print_training_config(config));
}
