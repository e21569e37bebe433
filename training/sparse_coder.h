// The sparse ternary coder of image sharing as its weight file describes it, and films in and out of it.
#pragma once

#include "models/sparse_ternary.h"
#include "training/study_networks.h"

namespace scrim {

/// The published configuration of PRIMIS, but for beta, which is a running mean here.
struct SparseCoderSettings {
  std::vector<std::int64_t> sampling_ratio_list = {2, 2};
  std::vector<std::int64_t> channels_list = {1, 32, 64};
  std::int64_t proj_filter_size = 8;
  std::int64_t num_proj_channels = 256;
  std::int64_t num_code_maps = 4;
  std::int64_t k = 16;
  double dropout = 0.08;
  double beta_momentum = 0.1;
  std::int64_t patch_size = 64;
};

template <class Visit>
void visit_fields(SparseCoderSettings& s, const char* table, Visit&& visit) {
  visit(table, "sampling_ratio_list", s.sampling_ratio_list, "by how much each level shrinks a patch");
  visit(table, "channels_list", s.channels_list, "features of the film (1) and of each level");
  visit(table, "proj_filter_size", s.proj_filter_size, "side of the projection's filter; a multiple of 4");
  visit(table, "num_proj_channels", s.num_proj_channels, "c, channels of a code map; 2k of them are kept");
  visit(table, "num_code_maps", s.num_code_maps, "m, code maps");
  visit(table, "k", s.k, "largest and smallest values that are kept at each position, k of each");
  visit(table, "dropout", s.dropout, "share of the projected channels left out in training");
  visit(table, "beta_momentum", s.beta_momentum,
        "weight of a batch in the running means that stand for values; published 1");
  visit(table, "patch_size", s.patch_size, "side of the patches that films are cut into, pixels");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SparseCoderSettings& settings, std::string_view table);
SparseTernaryOptions options_of(const SparseCoderSettings& settings);
Facts facts_of(SparseCoderSettings settings);

struct LoadedCoder {
  std::unique_ptr<SparseTernaryCoder> network;
  SparseCoderSettings settings;
};
/// In evaluation mode; a file that says no settings holds the published network. Throws Error when the weights
/// do not fit.
LoadedCoder load_sparse_coder(const std::filesystem::path& weights);

/// film[1,H,W,1] in [0,1] as patches [n,P,P,1], its border mirrored where P does not divide a side; and films
/// [1,H,W,1] back from them. Sides above P/2: a mirror is no longer than what it mirrors.
Tensor patches_of_film(const Tensor& film, std::int64_t patch_size);
Tensor film_of_patches(const Tensor& patches, std::int64_t height, std::int64_t width);
/// Some of the patches of a tensor [n,...], in this order.
Tensor chosen_patches(const Tensor& x, const std::vector<std::int64_t>& patches);
std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size);

}  // namespace scrim
