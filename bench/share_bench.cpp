// Sealing and opening a film of 512 x 512 pixels against the networks' own inference, measured in one run: what entropy
// coding, encryption and the patches' way in and out add. The published configuration with random weights.
//
//   build/release/bench/share_bench
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "films/patches.h"
#include "sharing/codec/film_sealer.h"
#include "sharing/format/share_reader.h"
#include "sharing/format/share_writer.h"
#include "tensor/compute_device.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
constexpr int rounds = 9;

double seconds_of(const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[rounds / 2];
}

void run(const fs::path& folder) {
  const SparseCoderSettings settings;
  const fs::path weights = folder / "coder.safetensors";
  write_safetensors(weights, {build(settings, Initializer(1))->state(), facts_of(settings)});

  FilmSealer sealer(weights, 0);
  const GrayImage film = [] {
    GrayImage noise{512, 512, 8, {}};
    const Random random(3);
    for (std::uint64_t i = 0; i < 512 * 512; ++i)
      noise.pixels.push_back(std::uint16_t(random.bits_at(i) & 255));
    return noise;
  }();
  const SecretKey key = new_secret_key();
  const Audience audience{{key.public_key()}, nullptr};
  const NoGradient no_gradient;
  SparseTernaryCoder& network = sealer.coder().network();
  const Tensor patches = to_compute_device(patches_of_film(tensor_from_image(film), settings.patch_size));
  const TernaryCode code = network.encode(patches);

  fmt::print("512 x 512 pixels, {} threads; medians of {} in milliseconds\n", thread_count(), rounds);
  const double encoder = seconds_of([&] { network.encode(patches); }),
               decoder = seconds_of([&] { network.decode(code); });
  fmt::print("encoder alone {:.1f}, decoder alone {:.1f}\n", 1e3 * encoder, 1e3 * decoder);
  for (const ShareMode mode : {ShareMode::sealed, ShareMode::ternary_pad}) {
    const std::string bytes = file_bytes(sealer.seal(film, mode, audience));
    const double seal = seconds_of([&] { file_bytes(sealer.seal(film, mode, audience)); }),
                 open = seconds_of([&] {
                   sealer.open(parse_share_file(bytes, "film"), {&key, nullptr}, "film");
                 });
    fmt::print(
        "{:<12} encode + seal {:.1f}, {:.2f} times the encoder; open + decode {:.1f}, {:.2f} times the "
        "decoder; {} bytes\n",
        name_of(mode), 1e3 * seal, seal / encoder, 1e3 * open, open / decoder, bytes.size());
  }
}

}  // namespace
}  // namespace scrim

int main() {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("scrim-share-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  scrim::run(folder);
  std::filesystem::remove_all(folder);
}
