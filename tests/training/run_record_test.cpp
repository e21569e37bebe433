#include "training/loop/run_record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/strings.h"
#include "tests/training/small_tasks.h"

namespace scrim::test {
namespace {

TEST(BestValues, EachColumnKnowsWhichWayIsBetter) {
  BestValues best({{"mean_auc", "", Better::higher}, {"loss", "best"}});
  EXPECT_FALSE(best.is_known(0));
  EXPECT_EQ(best.take({0.5, 2}), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(best.take({0.9, 3}), (std::vector<std::size_t>{0}));
  EXPECT_EQ(best.take({0.7, 1}), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(best.take({0.9, 1}).empty());
  EXPECT_EQ(best.of(0), 0.9);
  EXPECT_EQ(best.of(1), 1);
  BestValues again({{"mean_auc", "", Better::higher}, {"loss", "best"}});
  again.load_state(best.state());
  EXPECT_EQ(again.of(0), 0.9);
  EXPECT_THROW(BestValues({}).load_state(best.state()), Error);
}

class RunRecordOf : public SmallTasks {};

/// The best AUC that a run writes down is the highest of its epochs.
TEST_F(RunRecordOf, TheClassifierKeepsItsHighestAuc) {
  auto config = classifier("run");
  config.training.epochs = 4;
  run(config, "x", false, quiet);
  const std::string metrics = read_file(folder / "run/metrics.csv", 1 << 20);
  const auto lines = split_lines(metrics);
  const auto header = split(lines.front(), ',');
  const auto column = std::find(header.begin(), header.end(), "valid_mean_auc") - header.begin();
  ASSERT_LT(std::size_t(column), header.size());
  double highest = 0;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (const std::string cell(split(lines[i], ',')[std::size_t(column)]); !cell.empty())
      highest = std::max(highest, std::stod(cell));
  const auto best = read_safetensors(folder / "run/checkpoint.safetensors").tensors.at("progress.best");
  EXPECT_GT(highest, 0);
  EXPECT_EQ(best.data<double>()[0], highest);
}

}  // namespace
}  // namespace scrim::test
