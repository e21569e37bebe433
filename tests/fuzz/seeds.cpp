// Writes a few valid inputs for each fuzz target: fuzz_seeds FOLDER
#include <filesystem>

#include "data/image_file.h"
#include "tensor/atomic_file.h"
#include "tensor/safetensors.h"
#include "tools/train_command.h"

int main(int, char** argv) {
  using namespace scrim;
  const std::filesystem::path folder = argv[1];
  for (const char* part : {"safetensors", "image", "config", "lists"})
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
  write_file(folder / "config/study",
             "task = \"study\"\n[phantom]\nfilms = 9\n[[method]]\nname = \"a\"\nkind = \"noise\"\n");
  write_file(folder / "lists/labels",
             "image,findings,patient,view\na.png,Mass|Edema,p1,PA\nb.png,No Finding,p2,AP\n");
  write_file(folder / "lists/pairs", "a.png b.png 1\na.png c.png 0\n");
  write_file(folder / "lists/landmarks", "structure,index,x,y\nlung,0,1.5,2\nlung,1,3,4\nheart,0,5,6.25\n");
}
