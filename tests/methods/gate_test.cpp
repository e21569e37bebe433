#include "methods/transplant/gate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/atomic_file.h"
#include "data/files/film_labels.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"
#include "tests/support/phantom_suite.h"

namespace scrim::test {
namespace {

template <class Formula>
Tensor picture(std::int64_t side, Formula&& formula) {
  Tensor x = Tensor::zeros({1, side, side, 1});
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c)
      x.mutable_data<float>()[std::size_t(r * side + c)] = float(formula(r, c));
  return x;
}

double area(const Tensor& gate) {
  double sum = 0;
  for (const float value : gate.data<float>()) sum += value;
  return sum;
}

TEST(Gate, IsWhatIsSureWidenedByItsMargin) {
  const auto disc = [](double radius) {
    return picture(100, [=](double r, double c) { return std::hypot(r - 40, c - 55) <= radius ? 0.9 : 0.2; });
  };
  const auto round = [](double radius) {
    return picture(100, [=](double r, double c) { return std::hypot(r - 40, c - 55) <= radius; });
  };
  EXPECT_EQ(largest_difference(gate_of(disc(10), 0, 1), round(10)), 0);
  // 5 pixels around: exact distances, but for whole pixels at the disc's rim.
  const Tensor wide = gate_of(disc(10), 0.05, 1);
  EXPECT_NEAR(area(wide), area(round(15)), 0.08 * area(round(15)));
  EXPECT_EQ(area(gate_of(picture(100, [](double, double) { return 0.5; }), 0.05, 1)), 0);  // nothing is sure
}

TEST(Gate, CoversNoMoreThanItsShare) {
  const Tensor values = picture(64, [](double r, double c) {
    return std::hypot(r - 20, c - 20) <= 12 ? 0.95 : std::hypot(r - 45, c - 45) <= 12 ? 0.7 : 0.1;
  });
  for (const double share : {0.0, 0.01, 0.05, 0.1, 0.2}) {
    const Tensor gate = gate_of(values, 0.02, share);
    EXPECT_LE(area(gate), share * 64 * 64);
    EXPECT_GE(area(gate), std::min(share * 64 * 64 - 1, 800.0));
  }
  // The surer disc stays, the other one goes first; within a disc the middle stays.
  const Tensor gate = gate_of(values, 0, 0.05);
  EXPECT_EQ(gate.data<float>()[20 * 64 + 20], 1);
  EXPECT_EQ(gate.data<float>()[45 * 64 + 45], 0);
  EXPECT_EQ(gate.data<float>()[20 * 64 + 31], 0);
}

TEST(Gate, FadesBeforeItsEdge) {
  const Tensor gate = picture(64, [](double r, double c) { return r >= 10 && r < 50 && c >= 10 && c < 50; });
  const Tensor soft = with_soft_rim(gate, 4. / 64);
  const auto at = [&](int r, int c) { return soft.data<float>()[std::size_t(r * 64 + c)]; };
  EXPECT_EQ(at(9, 30), 0);
  EXPECT_FLOAT_EQ(at(10, 30), 0.25);
  EXPECT_FLOAT_EQ(at(11, 30), 0.5);
  EXPECT_EQ(at(13, 30), 1);
  EXPECT_EQ(at(30, 30), 1);
}

class KnownFinding : public PhantomSuite<60> {};

TEST_F(KnownFinding, ComesFromMasksOrBoxes) {
  const KnownFindings masks(at("masks/findings"), 1024);
  const LabelTable labels(at("labels.csv"));
  for (const auto& [name, film] : labels.films()) {
    const bool has = std::count(film.findings.begin(), film.findings.end(), true) > 0;
    EXPECT_EQ(largest_value(masks.of(name, 64)) > 0, has) << name;
  }
  const TemporaryFolder folder;
  write_file(folder / "boxes.csv",
             "Image Index,Finding Label,x,y,w,h\na.png,Nodule,256,512,128,256\na.png,Mass,0,0,64,64\n");
  const Tensor found = KnownFindings(folder / "boxes.csv", 1024).of("a.png", 16);
  const Tensor expected = picture(
      16, [](double r, double c) { return (r >= 8 && r < 12 && c >= 4 && c < 6) || (r == 0 && c == 0); });
  EXPECT_EQ(largest_difference(found, expected), 0);
  EXPECT_EQ(largest_value(KnownFindings(folder / "boxes.csv", 1024).of("b.png", 16)), 0);
  expect_contains(error_of([&] { KnownFindings(folder / "boxes.csv", 512); }), "outside the frame");
  expect_contains(error_of([&] { KnownFindings(folder / "nothing", 512); }), "neither a folder");
}

}  // namespace
}  // namespace scrim::test
