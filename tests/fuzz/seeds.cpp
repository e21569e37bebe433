// Writes a few valid inputs for each fuzz target: fuzz_seeds FOLDER
#include <filesystem>

#include "base/atomic_file.h"
#include "data/files/image_file.h"
#include "sharing/format/share_writer.h"
#include "sharing/format/sign_coder.h"
#include "study/training_runs.h"
#include "tensor/safetensors.h"
#include "tests/fuzz/share_seed.h"

int main(int, char** argv) {
  using namespace scrim;
  const std::filesystem::path folder = argv[1];
  for (const char* part : {"safetensors", "image", "config", "lists", "share", "sign_code", "donors"})
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
             "task = \"study\"\n[phantom]\nfilms = 9\n[[method]]\nname = \"a\"\nmethod = \"noise\"\n");
  write_file(folder / "lists/labels",
             "image,findings,patient,view\na.png,Mass|Edema,p1,PA\nb.png,No Finding,p2,AP\n");
  write_file(folder / "lists/pairs", "a.png b.png 1\na.png c.png 0\n");
  write_file(folder / "lists/landmarks", "structure,index,x,y\nlung,0,1.5,2\nlung,1,3,4\nheart,0,5,6.25\n");

  write_file(
      folder / "donors/pool",
      R"({"format":"scrim donor pool 1","source":"a","license":"b","consent":"c","labels_sha256":"00",)"
      R"("films_sha256":{"a.png":"11","b.png":"22"}})");
  write_file(folder / "donors/cells", "film,cell\na.png,0\n\"b,c.png\",6\n");

  const TernarySigns signs{{1, 1, 1, 2, 1}, {1, -1}};
  write_file(folder / "sign_code/smallest", std::string(1, '\0') + encode_signs(signs));
  const Audience audience{{fuzz::seed_key().public_key()}, nullptr};
  for (const ShareMode mode : {ShareMode::sealed, ShareMode::ternary_pad})
    write_file(folder / "share" / name_of(mode),
               file_bytes(seal_code({.mode = mode, .height = 8, .width = 8, .patch_size = 8},
                                    fuzz::seed_code(), audience)));
}
