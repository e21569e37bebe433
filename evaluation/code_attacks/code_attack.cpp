#include "evaluation/code_attacks/code_attack.h"

#include <algorithm>
#include <cstring>

#include "measures/image_quality.h"
#include "sharing/format/ternary_pad.h"

namespace scrim {

const char* name_of(PublicKind kind) {
  return kind == PublicKind::published ? "published" : kind == PublicKind::sealed ? "sealed" : "ternary_pad";
}

Tensor dense_view(const ShareFile& file) {
  const TernaryShape& s = file.header.code;
  Tensor dense = Tensor::empty({s.patches, s.side, s.side, s.channels, s.maps});
  const auto out = dense.mutable_data<float>();
  const auto put = [&](std::int64_t index, double value) {  // index in the order of the lines
    const std::int64_t channel = index % s.channels, line = index / s.channels;
    out[std::size_t((line / s.maps * s.channels + channel) * s.maps + line % s.maps)] = float(value);
  };
  if (file.header.mode == ShareMode::ternary_pad) {
    // Ties are broken at random, so that no place is preferred.
    const auto signs = unpacked(
        std::string_view(file.payload).substr(0, file.payload.size() - share_format::mac_size), s.symbols());
    const Random random(1, "ties");
    for (std::int64_t i = 0; i < s.symbols(); ++i)
      put(i, signs[std::size_t(i)] + 0.1 * (random.uniform_at(std::uint64_t(i)) - 0.5));
    return dense;
  }
  // Four bytes a number, at every place of the payload in turn.
  const std::size_t starts = file.payload.size() - 3;
  for (std::int64_t i = 0; i < s.symbols(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, file.payload.data() + std::size_t(i) % starts, 4);
    put(i, 2 * double(bits) / 4294967295.0 - 1);
  }
  return dense;
}

AttackResult attack_result(std::string attack, const GrayImage& seen, const GrayImage& truth) {
  return {std::move(attack), {}, {}, psnr(truth, seen), ssim(truth, seen), seen};
}

std::string verdict(PublicKind kind, const std::vector<AttackResult>& results) {
  const auto of = [&](std::string_view attack) {
    const auto found = std::find_if(results.begin(), results.end(),
                                    [&](const AttackResult& result) { return result.attack == attack; });
    return found == results.end() ? nullptr : &*found;
  };
  std::string text;
  const auto said = [&](const char* what, const Recovered& r) {
    text += fmt::format("{}: {:.1f} % ({}; {:.1f} % by chance).\n", what, 100 * r.share,
                        r.share > 1 - 1e-9  ? "all of them"
                        : r.beyond_chance() ? "more than chance"
                                            : "chance",
                        100 * r.chance);
  };
  if (const AttackResult* smallest = of("k_smallest"))
    said("Negative places that the k smallest values of each line give away", smallest->negatives);
  if (const AttackResult* threshold = of("threshold")) {
    if (threshold->positives.chance > 0)
      said("Positive places where values are denser than decoys can be", threshold->positives);
    else
      text += "Positive places: the bottom of their decoys does not stand out, none was named.\n";
  }
  const AttackResult *learned = of("learned"), *mean = of("mean film");
  if (learned && mean) {
    const bool sees_more = learned->ssim > mean->ssim + 0.01 || learned->psnr > mean->psnr + 0.5;
    text += fmt::format(
        "The learned attacker sees {} the mean of films shows: PSNR {:.2f} against {:.2f} dB, SSIM {:.3f} "
        "against {:.3f}.\n",
        sees_more ? "more than" : "no more than", learned->psnr, mean->psnr, learned->ssim, mean->ssim);
  }
  if (kind == PublicKind::published)
    text +=
        "Why: every decoy is at or above every true negative value. The published reconstruction without the "
        "key looks safe\nonly because its k largest are all decoys, and the negatives that it does find "
        "enter "
        "with the wrong sign.\n";
  return text;
}

}  // namespace scrim
