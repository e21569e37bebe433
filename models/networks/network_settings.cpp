#include "models/networks/network_settings.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/config/config_checks.h"

namespace scrim {
namespace {

using Numbers = std::vector<std::int64_t>;

std::string text_of(const Numbers& numbers) {
  return fmt::format("[{}]", fmt::join(numbers, ", "));
}

bool within(const Numbers& numbers, std::int64_t low, std::int64_t high) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [&](std::int64_t number) { return number >= low && number <= high; });
}

}  // namespace

void check(const FlowUNetSettings& s, std::string_view table) {
  check_range(table, "in_channels", double(s.in_channels), 1, 64);
  check_range(table, "out_channels", double(s.out_channels), 1, 64);
  check_range(table, "init_features", double(s.init_features), 1, 256);
}

void check(const FlowAnonymizerSettings& s, std::string_view table) {
  check_range(table, "init_features", double(s.init_features), 1, 256);
  check_range(table, "mu", s.mu, 0, 1);
  expect(s.op == "corrected" || s.op == "published", fmt::format("{}.operator", table), s.op,
         "\"corrected\" or \"published\"");
  expect(s.protection == "none" || s.protection == "blend" || s.protection == "field",
         fmt::format("{}.protection", table), s.protection, "\"none\", \"blend\" or \"field\"");
}

void check(const NoiseAnonymizerSettings& s, std::string_view table) {
  check_range(table, "init_features", double(s.init_features), 1, 256);
  check_range(table, "noise_degree", s.noise_degree, 0, 1);
}

void check(const PrivacyNetSettings& s, std::string_view table) {
  check_range(table, "in_channels", double(s.in_channels), 1, 64);
  check_range(table, "out_channels", double(s.out_channels), 1, 64);
  check_range(table, "init_features", double(s.init_features), 1, 256);
}

void check(const VerifierSettings& v, std::string_view table) {
  check_range(table, "width", double(v.width), 1, 512);
  expect(v.layers.size() == 4 && within(v.layers, 1, 256), fmt::format("{}.layers", table), text_of(v.layers),
         "four numbers of 1 to 256");
  check_range(table, "embed", double(v.embed), 1, 4096);
  check_range(table, "grid", double(v.grid), 1, 16);
}

void check(const MatcherSettings& m, std::string_view table) {
  check_range(table, "width", double(m.width), 1, 512);
  check_range(table, "embed", double(m.embed), 1, 1024);
}

void check(const ClassifierSettings& c, std::string_view table) {
  check_range(table, "growth", double(c.growth), 1, 256);
  expect(!c.blocks.empty() && c.blocks.size() <= 8 && within(c.blocks, 1, 256),
         fmt::format("{}.blocks", table), text_of(c.blocks), "1 to 8 numbers of 1 to 256");
  check_range(table, "init_features", double(c.init_features), 1, 512);
  check_range(table, "bn_size", double(c.bn_size), 1, 16);
  check_range(table, "num_labels", double(c.num_labels), 1, 4096);
}

void check(const HybridUNetSettings& s, std::string_view table) {
  check_range(table, "c", double(s.c), 1, 64);
  check_range(table, "unet_organs", double(s.organs), 1, 32);
}

void check(const HybridGNetSettings& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  check_range(table, "c", double(s.c), 1, 64);
  expect(!s.landmarks.empty() && s.landmarks.size() <= 32, key("landmarks"), s.landmarks.size(),
         "landmarks of 1 to 32 organs");
  for (const std::int64_t count : s.landmarks) check_range(table, "landmarks", double(count), 4, 1000);
  check_range(table, "latents", double(s.latents), 1, 4096);
  check_range(table, "f", double(s.f), 1, 512);
  check_range(table, "K", double(s.K), 1, 16);
  expect(s.window >= 1 && s.window <= 15 && s.window % 2 == 1, key("window"), s.window,
         "an odd number of 1 to 15");
  check_range(table, "roi_sampling", double(s.roi_sampling), 0, 16);
  expect(s.contour == "closed" || s.contour == "published", key("contour"), s.contour,
         "\"closed\" or \"published\"");
}

void check(const SegmenterSettings& s, std::string_view table) {
  expect(s.kind == "unet" || s.kind == "hybridgnet", fmt::format("{}.kind", table), s.kind,
         "\"unet\" or \"hybridgnet\"");
  check_range(table, "c", double(s.c), 1, 64);
  check(s.unet, table);
  check(s.hybridgnet, table);
}

void check(const SparseCoderSettings& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  expect(!s.sampling_ratio_list.empty() && s.sampling_ratio_list.size() <= 8 &&
             within(s.sampling_ratio_list, 1, 8),
         key("sampling_ratio_list"), text_of(s.sampling_ratio_list), "1 to 8 numbers of 1 to 8");
  expect(s.channels_list.size() == s.sampling_ratio_list.size() + 1 && s.channels_list.front() == 1 &&
             within(s.channels_list, 1, 1024),
         key("channels_list"), text_of(s.channels_list),
         "1 (a film is gray) and a number of 1 to 1024 for each sampling ratio");
  expect(s.proj_filter_size >= 4 && s.proj_filter_size <= 64 && s.proj_filter_size % 4 == 0,
         key("proj_filter_size"), s.proj_filter_size, "4 to 64, a multiple of 4");
  check_range(table, "num_proj_channels", double(s.num_proj_channels), 2, 4096);
  check_range(table, "num_code_maps", double(s.num_code_maps), 1, 64);
  check_range(table, "k", double(s.k), 1, double(s.num_proj_channels / 2));
  check_range(table, "dropout", s.dropout, 0, 0.95);
  expect(s.beta_momentum > 0 && s.beta_momentum <= 1, key("beta_momentum"), s.beta_momentum, "above 0 to 1");
  std::int64_t least = s.proj_filter_size;
  for (const std::int64_t ratio : s.sampling_ratio_list) least *= ratio;
  const std::int64_t divisor = least / s.proj_filter_size;
  expect(s.patch_size % divisor == 0 && s.patch_size >= least && s.patch_size <= 1024, key("patch_size"),
         s.patch_size, fmt::format("{} to 1024, a multiple of {}", least, divisor));
}

}  // namespace scrim
