// Trains a small network to tell men from women on phantom chest films.
#include <fmt/core.h>

#include "scrim/autograd/ops/loss.h"
#include "scrim/autograd/ops/pool.h"
#include "scrim/autograd/ops/reduce.h"
#include "scrim/autograd/ops/relu.h"
#include "scrim/data/phantom/phantom_film.h"
#include "scrim/layers/conv2d.h"
#include "scrim/layers/linear.h"
#include "scrim/training/loop/optimizer.h"

using namespace scrim;

struct Classifier : Callable<Classifier> {
  explicit Classifier(const Place& place)
      : Callable(place),
        first(same_padded(1, 8, 3, true, 2), child("first")),
        second(same_padded(8, 16, 3, true, 2), child("second")),
        head(16 * 4 * 4, 1, child("head")) {}
  Variable forward(const Variable& x) {
    const Variable y = adaptive_avg_pool2d(relu(second(relu(first(x)))), 4, 4);
    return reshape(head(reshape(y, {y.shape()[0], 16 * 4 * 4})), {y.shape()[0]});
  }
  Conv2d first, second;
  Linear head;
};

int main() {
  constexpr std::int64_t films = 64, size = 64;
  Tensor x = Tensor::empty({films, size, size, 1}), male = Tensor::empty({films});
  for (std::int64_t i = 0; i < films; ++i) {
    const Random patient = Random(7).split(std::uint64_t(i));
    const phantom::Anatomy anatomy(patient);
    const auto film = phantom::render_film(anatomy, patient.split("film"), {.size = size});
    std::ranges::copy(tensor_from_image(film.image).data<float>(),
                      x.mutable_data<float>().begin() + i * size * size);
    male.mutable_data<float>()[std::size_t(i)] = anatomy.male;
  }
  Classifier classifier(Initializer(1));
  Adam adam(classifier.parameters(), 1e-2);
  for (int step = 0; step <= 240; ++step) {
    classifier.zero_gradients();
    const Variable loss = bce_with_logits(classifier(x), male);
    backward(loss);
    adam.step();
    if (step % 80 == 0) fmt::print("step {:3}: loss {:.3f}\n", step, loss.value().item());
  }
}
