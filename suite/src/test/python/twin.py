"""Trains a run of Gatun again in plain PyTorch, from the same initial weights on the same tokens, into numbers.json.

    python twin.py <folder with twin.json, a GPT-2, all tokens and, of a frozen model, hidden states>
"""
import json, math, pathlib, platform, sys
import pyarrow.ipc as ipc
import torch, torch.nn.functional as F
from safetensors.torch import load_file


def hidden(p, model, tokens):
    """Hidden states [B·T, D] of GPT-2 before its head."""
    least = model["layer_norm_epsilon"]
    norm = lambda name, x: F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], least)
    linear = lambda name, x: x @ p[name + ".weight"] + p[name + ".bias"]
    x = p["transformer.wte.weight"][tokens] + p["transformer.wpe.weight"][:tokens.shape[1]]
    for block in (f"transformer.h.{i}." for i in range(model["n_layer"])):
        packed = linear(block + "attn.c_attn", norm(block + "ln_1", x))
        q, k, v = packed.unflatten(-1, (3, model["n_head"], -1)).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + linear(block + "attn.c_proj", attended)
        inner = F.gelu(linear(block + "mlp.c_fc", norm(block + "ln_2", x)), approximate="tanh")
        x = x + linear(block + "mlp.c_proj", inner)
    return norm("transformer.ln_f", x).flatten(0, 1)


def best_approximation(w, rank):
    u, s, v = torch.linalg.svd(w.detach().double(), full_matrices=False)
    return w if rank == w.shape[1] else ((u[:, :rank] * s[:rank]) @ v[:rank]).float()


def logits(h, w, through):
    """H·Wᵀ, whose gradient reaches H through another matrix, and is as large as through W."""
    scores, g = h @ w.T, []
    scores.register_hook(g.append)
    h.register_hook(lambda exact: g[0] @ through * (exact.norm() / (g[0] @ through).norm()))
    return scores


def train(parameters, how, logits_of, targets, after=lambda step, loss: None):
    """AdamW with warm-up and a cosine. Tells `after` how many steps are done, and the loss of the last."""
    after(0, None)
    groups = [{"params": [p for p in parameters if p.dim() > 1], "weight_decay": how["weight_decay"]},
              {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0}]
    adam = torch.optim.AdamW(groups, betas=(how["beta1"], how["beta2"]), eps=how["epsilon"])
    warm_up, steps, least = how["warm_up_steps"], how["steps"], how["final_share"]
    for step in range(steps):
        cosine = 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))
        for group in adam.param_groups:
            group["lr"] = how["peak"] * ((step + 1) / warm_up if step < warm_up else least + (1 - least) * cosine)
        adam.zero_grad()
        loss = F.cross_entropy(logits_of(step), targets[step].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, how["clip_norm"])
        adam.step()
        after(step + 1, loss.item())


@torch.no_grad()
def measure(h, w, targets, numbers):
    """Loss, accuracy, and r = |G − G·P_W| / |G| of the logit gradient G, in f64."""
    scores = (h @ w.T).double()
    g = scores.softmax(-1) - F.one_hot(targets, len(w))
    basis = torch.linalg.qr(w.double()).Q
    numbers["loss"].append(F.cross_entropy(scores, targets).item())
    numbers["accuracy"].append((scores.argmax(-1) == targets).double().mean().item())
    numbers["destroyed_norm"].append(((g - g @ basis @ basis.T).norm() / g.norm()).item())


def train_heads(folder, how, w, held_out, targets, numbers):
    """Heads of each rank, which begin as W cut down, and the full one, which begins as W."""
    table = ipc.open_file(folder / "hidden-states.arrow").read_all()
    h = torch.tensor(table["hidden"].combine_chunks().flatten().to_numpy()).view(how["steps"], -1, w.shape[1])
    following = torch.tensor(table["target"].to_numpy()).long().view(h.shape[:2])
    u, s, v = torch.linalg.svd(w.detach().double(), full_matrices=False)
    for rank, peak in how["peaks"].items():
        root = s[:int(rank)].sqrt()
        cut = [(u[:, :len(root)] * root).float(), (root[:, None] * v[:len(root)]).float()]
        factors = [w.detach().clone()] if rank == "0" else cut
        a, b = (*(f.requires_grad_() for f in factors), torch.eye(len(v)))[:2]
        train(factors, how | {"peak": peak}, lambda step: h[step] @ b.T @ a.T, following)
        measure(held_out @ b.T, a, targets, numbers)


def main(folder):
    how, model = (json.loads((folder / name).read_text()) for name in ("twin.json", "config.json"))
    p, tokens = (load_file(folder / name) for name in ("model.safetensors", "tokens.safetensors"))
    w, targets = p["lm_head.weight"], tokens["measured_targets"].flatten()
    numbers = {name: [] for name in ("training_loss", "loss", "accuracy", "destroyed_norm")}
    def after(step, loss):
        numbers["training_loss"] += [loss] if step else []
        if step in how["measured_at"]: measure(hidden(p, model, tokens["measured_inputs"][0]), w, targets, numbers)
    def predicted(step):
        if step % how["renewed_every"] == 0: how["through"] = best_approximation(w, how["backward_rank"])
        return logits(hidden(p, model, tokens["inputs"][step]), w, how["through"])
    if "peaks" in how: train_heads(folder, how, w, hidden(p, model, tokens["measured_inputs"][0]), targets, numbers)
    else: train([value.requires_grad_() for value in p.values()], how, predicted, tokens["targets"], after)
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    (folder / "numbers.json").write_text(json.dumps({"versions": versions, "numbers": numbers}))
main(pathlib.Path(sys.argv[1]))
