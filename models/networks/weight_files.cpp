#include "models/networks/weight_files.h"

namespace scrim {
namespace {

template <class Settings>
Facts named_facts(const Settings& settings, const char* network) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = network;
  return facts;
}

}  // namespace

Facts facts_of(const FlowUNetSettings& settings) {
  return named_facts(settings, FlowUNetSettings::network);
}
Facts facts_of(const VerifierSettings& settings) {
  return named_facts(settings, VerifierSettings::network);
}
Facts facts_of(const MatcherSettings& settings) {
  return named_facts(settings, MatcherSettings::network);
}
Facts facts_of(const ClassifierSettings& settings) {
  return named_facts(settings, ClassifierSettings::network);
}
Facts facts_of(const SegmenterSettings& settings) {
  return named_facts(settings, settings.kind == "unet" ? "hybrid_unet" : "hybridgnet");
}
Facts facts_of(const SparseCoderSettings& settings) {
  return named_facts(settings, SparseCoderSettings::network);
}

TensorFile read_weights(const std::filesystem::path& path, std::string_view network) {
  TensorFile file = read_weight_file(path);
  const auto name = file.metadata.find("model");
  require(name == file.metadata.end() || name->second == network, "weights", "{} holds a {}, expected a {}",
          path.string(), name == file.metadata.end() ? "" : name->second, network);
  return file;
}

std::int64_t image_size_from(const Facts& facts, std::int64_t otherwise) {
  std::int64_t size = otherwise;
  if (const auto fact = facts.find("image_size"); fact != facts.end())
    require(parse_fact(fact->second, size) && size >= 16 && size <= 4096, "weights",
            "image_size = \"{}\" in the file, expected 16 to 4096", fact->second);
  return size;
}

LoadedVerifier load_verifier(const std::filesystem::path& weights) {
  return load_network<VerifierSettings>(weights);
}
LoadedClassifier load_classifier(const std::filesystem::path& weights) {
  return load_network<ClassifierSettings>(weights);
}
LoadedCoder load_sparse_coder(const std::filesystem::path& weights) {
  return load_network<SparseCoderSettings>(weights);
}

}  // namespace scrim
