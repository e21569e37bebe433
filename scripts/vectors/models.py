"""Vectors of every network at a small width, in evaluation and in training: outputs, loss, gradients, changed buffers.

Weights are not stored: files.generated_weight() makes them from a tensor's name, here and in the tests.
"""
import copy

import torch
import torch.nn.functional as F

from files import Vectors, fill, uniform
from networks import Anonymizer, Classifier, HybridGNet, HybridUNet, FlowUNet, NoiseAnonymizer, PatchMatcher, PrivacyNet, Verifier, \
    patch_likenesses
from ops import dice
from sparse_coder import SparseCoder

GAIN, SEED = 1.3, 3


class Model:
    """`run(network, inputs)` gives the outputs by name; `loss(outputs, inputs)` the published loss."""

    def __init__(self, network, settings, make, inputs, run, loss, fixed=()):
        self.network, self.settings, self.make, self.inputs = network, settings, make, inputs
        self.run, self.loss, self.fixed = run, loss, set(fixed)


def film(name, n, height, width=None):
    return uniform(name, (n, 1, height, width or height), SEED)


def squared(outputs, inputs):
    return F.mse_loss(outputs["y"], inputs["target"])


def matcher_outputs(a, b):
    return {"y": patch_likenesses(a, b), "places_a": a, "places_b": b}


def searches(logits):
    """The cross-entropy of finding each row's and each column's own."""
    own = torch.arange(len(logits))
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def models():
    f, mu = 2, 0.05
    films = {"x": film("x", 2, 32, 48), "target": film("target", 2, 32, 48)}
    mask = (film("mask", 2, 32, 48) > 0.5).double()
    plain = {"init_features": f}
    yield "flow_unet", Model(
        "flow_unet", plain, lambda: FlowUNet(2, f),
        {"x": films["x"], "target": uniform("field", (2, 2, 32, 48), SEED, -1, 1)},
        lambda net, t: {"y": net(t["x"])}, squared, ["target"])
    for operator in ("corrected", "published"):
        yield f"prichexy_{operator}", Model(
            "flow_anonymizer", {**plain, "mu": mu, "operator": operator},
            lambda o=operator: Anonymizer(f, mu, operator=o), films,
            lambda net, t: dict(zip(("y", "field"), net(t["x"]))), squared, ["target"])
    for protection in ("blend", "field"):
        yield f"prichexy_seg_{protection}", Model(
            "protected_anonymizer", {**plain, "mu": mu, "operator": "corrected", "protection": protection},
            lambda p=protection: Anonymizer(f, mu, p, "corrected"), {**films, "mask": mask},
            lambda net, t: {"y": net(t["x"], t["mask"])[0]}, squared, ["target", "mask"])
    for smooth in (False, True):
        yield f"prichexy_noise{'_smooth' if smooth else ''}", Model(
            "noise_anonymizer", {**plain, "noise_degree": 0.2, "smooth": str(smooth).lower()},
            lambda s=smooth: NoiseAnonymizer(f, 0.2, s), films, lambda net, t: {"y": net(t["x"])}, squared, ["target"])
    yield "privacy_net", Model("privacy_net", plain, lambda: PrivacyNet(f), films, lambda net, t: {"y": net(t["x"])},
                               squared, ["target"])
    pairs = {"a": film("a", 4, 64), "b": film("b", 4, 64), "same": torch.tensor([1.0, 0, 0, 1], dtype=torch.float64)}
    for name, settings, network in (
            ("verifier", {"width": 4, "layers": "2,1,1,1", "embed": 6}, lambda: Verifier(4, [2, 1, 1, 1], 6)),
            ("verifier_grid", {"width": 2, "layers": "1,1,1,1", "embed": 4, "stem_pool": "false", "grid": 3},
             lambda: Verifier(2, [1, 1, 1, 1], 4, stem_pool=False, grid=3))):
        yield name, Model("siamese_verifier", settings, network, pairs, lambda net, t: verifier_outputs(net(t["a"], t["b"])),
                          lambda out, t: F.binary_cross_entropy_with_logits(out["y"][:, 0], t["same"]), ["same"])
    yield "patch_matcher", Model(
        "patch_matcher", {"width": 3, "embed": 5}, lambda: PatchMatcher(3, 5), {"a": film("a", 3, 64), "b": film("b", 3, 64)},
        lambda net, t: matcher_outputs(net(t["a"]), net(t["b"])),
        lambda out, t: searches(out["y"] / 0.04))
    yield "classifier", Model(
        "densenet_classifier", {"growth": 4, "blocks": "2,3,1,2", "init_features": 6},
        lambda: Classifier(4, [2, 3, 1, 2], 6), {"x": film("x", 3, 64), "labels": (uniform("l", (3, 14), SEED) > 0.7).double()},
        lambda net, t: (lambda logits: {"y": torch.sigmoid(logits), "logits": logits})(net(t["x"])),
        lambda out, t: F.binary_cross_entropy(out["y"], t["labels"]), ["labels"])
    yield "hybrid_unet", Model(
        "hybrid_unet", {"c": 1, "unet_organs": 2}, lambda: HybridUNet(1, 3),
        {"x": film("x", 2, 64), "labels": torch.floor(uniform("labels", (2, 64, 64), SEED, 0, 3)).long()},
        lambda net, t: {"y": net(t["x"])}, lambda out, t: F.cross_entropy(out["y"], t["labels"]) + dice(out["y"], t["labels"], 1e-6))
    organs = [7, 6, 5]
    yield "hybridgnet", Model(
        "hybridgnet", {"image_size": 64, "c": 1, "latents": 6, "f": 6, "K": 3, "landmarks": "7,6,5", "contour": "closed"},
        lambda: HybridGNet(64, 1, 6, 6, 3, organs),
        {"x": film("x", 2, 64), "eps": uniform("eps", (2, 6), SEED, -2, 2), "target": uniform("t", (2, 18, 2), SEED)},
        lambda net, t: dict(zip(("y", "pos1", "pos2", "mu", "log_var"), net(t["x"], t["eps"]))),
        lambda out, t: graph_loss(out, t, organs), ["eps", "target"])
    yield "primis", Model(
        "sparse_ternary",
        {"channels_list": "1,4,6", "num_proj_channels": 8, "num_code_maps": 2, "k": 2, "dropout": 0.25, "beta_momentum": 1},
        lambda: SparseCoder([2, 2], [1, 4, 6], 8, 8, 2, 2),
        {"x": film("x", 2, 40, 48), "drop_mask": (uniform("drop", (2, 16), SEED) > 0.25).double() / 0.75},
        run_coder, lambda out, t: F.mse_loss(out["y"].clamp(-1, 1), t["x"]), ["drop_mask"])


def verifier_outputs(result):
    y, first, second = result
    return {"y": y, "nll": F.softplus(y).mean(), "embedding_a": first, "embedding_b": second}


def graph_loss(out, t, organs):
    down, _ = HybridGNet.matrices(organs, [(count + 1) // 2 for count in organs])
    coarse = down.to(out["y"].dtype) @ t["target"]
    distances = F.mse_loss(out["y"], t["target"]) + F.mse_loss(out["pos1"], coarse) + F.mse_loss(out["pos2"], t["target"])
    divergence = -0.5 * (1 + out["log_var"] - out["mu"] ** 2 - out["log_var"].exp()).mean()
    return distances + 1e-5 * divergence


def run_coder(net, t):
    code = net.encode(t["x"], t["drop_mask"])
    outputs = {"y": net.decode(code), "code.pos.val": code[0], "code.pos.ind": code[1], "code.neg.val": code[2],
               "code.neg.ind": code[3]}
    if not net.training:
        outputs["y_quantized"] = net.decode(net.quantized(code))
    return outputs


def passed(model, network, training, dtype):
    """Outputs with the loss, gradients of parameters and inputs, and the state after the pass."""
    network = copy.deepcopy(network).to(dtype).train(training)
    inputs = {key: value.detach().to(dtype).clone().requires_grad_(key not in model.fixed) if value.dtype.is_floating_point else value
              for key, value in model.inputs.items()}
    outputs = model.run(network, inputs)
    outputs["loss"] = model.loss(outputs, inputs)
    outputs["loss"].backward()
    gradients = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
    of_inputs = {name: t.grad for name, t in inputs.items() if t.requires_grad and t.grad is not None}
    return outputs, gradients, of_inputs, network.state_dict()


def steadiness(model, network):
    """How far gradients move, relative to the largest, when weights move by about an f32 rounding error: far where a relu, a
    maximum or a chosen channel stands at its kink, and flips."""
    def gradients(network):
        return [value for training in (False, True)
                for of in passed(model, network, training, torch.float64)[1:3] for value in of.values()]
    base = gradients(network)
    largest = max(value.abs().max().item() for value in base)
    worst = 0.0
    for trial in range(4):
        moved = copy.deepcopy(network)
        with torch.no_grad():
            for name, parameter in moved.named_parameters():
                parameter *= 1 + 1e-6 * uniform(f"{name} {trial}", tuple(parameter.shape), SEED, -1, 1)
        worst = max(worst, *((a - b).abs().max().item() / largest for a, b in zip(base, gradients(moved))))
    return worst


def steady_network(model):
    """The first seed whose network stands at no kink: its f32 gradients can be compared number by number."""
    for seed in range(1, 200):
        network = fill(model.make().double(), GAIN, seed)
        if steadiness(model, network) < 2e-5:
            return network, seed
    raise RuntimeError(f"no steady weights for {model.network}")


def write(folder):
    for name, model in models():
        network, seed = steady_network(model)
        before = copy.deepcopy(network.state_dict())
        settings = {key: str(value) for key, value in model.settings.items()}
        vectors = Vectors(group="models", name=name, network=model.network, settings=settings, gain=GAIN, weights_seed=seed)
        for key, value in model.inputs.items():
            vectors.add(f"in.{key}", value)
        for mode in ("eval", "train"):
            exact = passed(model, network, mode == "train", torch.float64)
            rough = passed(model, network, mode == "train", torch.float32)
            for kind, of, also in zip(("out", "grad", "grad_in"), exact, rough):
                for key, value in of.items():
                    vectors.add(f"{mode}.{kind}.{key}", value, also[key])
            for key, value in exact[3].items():
                if not torch.equal(value, before[key].to(value.dtype)):
                    vectors.add(f"{mode}.state_after.{key}", value, rough[3][key])
        yield f"models/{name}", vectors.write(folder / "models" / f"{name}.safetensors")
