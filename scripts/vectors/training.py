"""Vectors of optimizers and of whole training steps."""
import copy

import torch
import torch.nn.functional as F

from files import Vectors, fill, uniform
from networks import Anonymizer, Classifier, Verifier
from sparse_coder import SparseCoder

GAIN, SEED = 1.3, 5

OPTIMIZERS = {
    "adam": ("Adam", {}), "adam_l2": ("Adam", {"weight_decay": 0.01}), "adamw": ("AdamW", {"weight_decay": 0.05}),
    "sgd": ("SGD", {}), "sgd_momentum": ("SGD", {"momentum": 0.9, "weight_decay": 0.001}),
    "sgd_nesterov": ("SGD", {"momentum": 0.8, "nesterov": True}),
}


def optimizer_steps(kind, options, dtype, steps=5):
    """The problem: loss = mean((tanh(x @ w + b) - y)^2)."""
    x = uniform("x", (7, 4), SEED, -2, 2).to(dtype)
    y = uniform("y", (7, 3), SEED, -1, 1).to(dtype)
    parameters = {name: uniform(name, shape, SEED, -1, 1).to(dtype).requires_grad_()
                  for name, shape in (("w", (4, 3)), ("b", (3,)))}
    adaptive = {"betas": (0.8, 0.99), "eps": 1e-6} if kind.startswith("Adam") else {}
    optimizer = getattr(torch.optim, kind)(parameters.values(), lr=0.01, **adaptive, **options)
    yield {"in.x": x, "in.y": y, **{f"param0.{name}": p.detach().clone() for name, p in parameters.items()}}
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        loss = F.mse_loss(torch.tanh(x @ parameters["w"] + parameters["b"]), y)
        loss.backward()
        record = {"loss": loss.detach()}
        record.update({f"grad.{name}": p.grad.clone() for name, p in parameters.items()})
        optimizer.step()
        for name, p in parameters.items():
            record[f"param.{name}"] = p.detach().clone()
            for slot in ("exp_avg", "exp_avg_sq", "momentum_buffer"):
                if isinstance(optimizer.state[p].get(slot), torch.Tensor):
                    record[f"{slot}.{name}"] = optimizer.state[p][slot].clone()
        yield {f"step{step}.{key}": value for key, value in record.items()}


def write_optimizers(folder):
    for name, (kind, options) in OPTIMIZERS.items():
        config = {"optimizer": kind, "lr": 0.01, "betas": [0.8, 0.99], "eps": 1e-6, "steps": 5, **options}
        vectors = Vectors(group="optim", name=name, config=config)
        for exact, rough in zip(optimizer_steps(kind, options, torch.float64), optimizer_steps(kind, options, torch.float32)):
            for key, value in exact.items():
                vectors.add(key, value, rough[key])
        yield f"optim/{name}", vectors.write(folder / "optim" / f"{name}.safetensors")


def weights(networks, prefix):
    return {f"{prefix}.{name}{key}": value.clone()
            for name, network in networks.items() for key, value in network.state_dict().items()}


def films(name, seed, n=4, side=32):
    return uniform(name, (n, 1, side, side), seed)


def start(network, seed, dtype, shake):
    """The network with generated weights, moved by some f32 rounding errors where `shake` is not 0."""
    network = fill(network.double(), GAIN, seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if shake:
                parameter *= 1 + 3e-6 * uniform(f"{name} {shake}", tuple(parameter.shape), seed, -1, 1)
    return network.to(dtype)


def pretraining(dtype, seed, shake=0):
    """The generator learns to leave films as they are."""
    config = {"init_features": 2, "mu": 0.05, "lr": 0.001}
    net = start(Anonymizer(2, config["mu"]), seed, dtype, shake).train()
    x = films("x1", seed).to(dtype)
    adam = torch.optim.Adam(net.parameters(), lr=config["lr"])
    records = {"in.x1": x, **weights({"": net}, "before")}
    for step in range(2):
        adam.zero_grad()
        y, _ = net(x)
        loss = F.mse_loss(y, x)
        loss.backward()
        adam.step()
        records.update({f"step{step}.y": y, f"step{step}.loss": loss, **weights({"": net}, f"after{step}")})
    return config, records


def adversarial(dtype, seed, shake=0):
    """Generator, then verifier and classifier on what it has shown (PriCheXy-Net, section 2)."""
    config = {"generator": {"init_features": 2}, "verifier": {"width": 3, "layers": [1, 1, 1, 1], "embed": 5},
              "classifier": {"growth": 4, "blocks": [1, 2, 1, 1], "init_features": 6, "bn_size": 4, "num_labels": 14},
              "mu": 0.05, "lr": 0.001, "ac_size": 40}
    v, c = config["verifier"], config["classifier"]
    nets = {"generator.": Anonymizer(2, config["mu"]).generator, "verifier.": Verifier(v["width"], v["layers"], v["embed"]),
            "classifier.": Classifier(c["growth"], c["blocks"], c["init_features"])}
    nets = {name: start(net, seed, dtype, shake) for name, net in nets.items()}
    generator = Anonymizer(2, config["mu"])
    generator.generator = nets["generator."].train()
    verifier, classifier = nets["verifier."], nets["classifier."]
    lr = config["lr"]
    adam = torch.optim.Adam(generator.parameters(), lr=lr)
    verifier_adam = torch.optim.Adam(verifier.parameters(), lr=lr)
    sgd = torch.optim.SGD(classifier.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    inputs = {"x1": films("x1", seed), "x2": films("x2", seed), "labels": (uniform("labels", (4, 14), seed) > 0.7).double(),
              "same": torch.tensor([1.0, 0, 1, 0], dtype=torch.float64)}
    t = {key: value.to(dtype) for key, value in inputs.items()}
    records = {**{f"in.{key}": value for key, value in t.items()}, **weights(nets, "before")}
    def resized(x):
        return F.interpolate(x, (config["ac_size"],) * 2, mode="bilinear", align_corners=False)
    for step in range(2):
        adam.zero_grad()
        verifier.eval(), classifier.eval()
        fake, _ = generator(t["x1"])
        ac = F.binary_cross_entropy_with_logits(classifier(resized(fake)), t["labels"])
        nll = F.softplus(verifier(fake, t["x2"])[0]).mean()
        total = ac + nll
        total.backward()
        adam.step()
        shown = fake.detach()
        verifier.train(), verifier_adam.zero_grad()
        loss_ver = F.binary_cross_entropy_with_logits(verifier(shown, t["x2"])[0][:, 0], t["same"])
        loss_ver.backward()
        verifier_adam.step()
        classifier.train(), sgd.zero_grad()
        loss_ac = F.binary_cross_entropy(torch.sigmoid(classifier(resized(shown))), t["labels"])
        loss_ac.backward()
        sgd.step()
        for key, value in {"fake": fake, "ac": ac, "nll": nll, "total": total, "loss_ver": loss_ver, "loss_ac": loss_ac}.items():
            records[f"step{step}.{key}"] = value
        records.update(weights(nets, f"after{step}"))
    return config, records


def primis(dtype, seed, shake=0):
    config = {"sampling_ratio_list": [2, 2], "channels_list": [1, 4, 6], "proj_filter_size": 8, "num_proj_channels": 8, "k": 2,
              "num_code_maps": 2, "patch": 32, "lr": 0.0003, "weight_decay": 1e-6}
    net = start(SparseCoder([2, 2], [1, 4, 6], 8, 8, 2, 2), seed, dtype, shake).train()
    image = uniform("im", (1, 1, 64, 64), seed).to(dtype)
    patches = F.unfold(image, 32, stride=32).transpose(1, 2).reshape(-1, 1, 32, 32)
    adam = torch.optim.Adam(net.parameters(), lr=config["lr"], weight_decay=config["weight_decay"])
    records = {"in.im": image, **weights({"net.": net}, "before")}
    for step in range(2):
        adam.zero_grad()
        y = net.decode(net.encode(patches))
        loss = F.mse_loss(y.clamp(-2, 2), patches)
        loss.backward()
        adam.step()
        records.update({f"step{step}.y": y, f"step{step}.loss": loss, **weights({"net.": net}, f"after{step}")})
    return config, records


def steady(steps, seed):
    """Whether weights that start some f32 rounding errors away end where these do: no relu and no chosen channel flips."""
    config, exact = steps(torch.float64, seed)
    for shake in range(1, 9):
        _, moved = steps(torch.float64, seed, shake)
        for name, value in exact.items():
            if name.startswith("after") and value.dtype.is_floating_point:
                if (moved[name] - value).pow(2).mean().sqrt().item() > 0.03 * config["lr"]:
                    return False
    return True


def write_steps(folder):
    for name, steps in (("pretrain", pretraining), ("adversarial", adversarial), ("primis", primis)):
        seed = next(seed for seed in range(1, 200) if steady(steps, seed))
        (config, exact), (_, rough) = steps(torch.float64, seed), steps(torch.float32, seed)
        vectors = Vectors(group="steps", name=name, config=config, seed=seed)
        for key, value in exact.items():
            vectors.add(key, value, rough[key])
        yield f"steps/{name}", vectors.write(folder / "steps" / f"{name}.safetensors")
