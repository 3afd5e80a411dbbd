"""The PyTorch side of Gatun's paired benchmarks.

Reads one request a line from standard input, as JSON: {"work": "text", "threads": 4, "runs": 3},
does the work and answers with one JSON line: {"seconds": [..]}, one number per run. The caller
alternates between this process and its own work, so that both see the same machine.

Models are GPT-2 style (learned positions, LayerNorm, tanh GELU, biases, untied head), trained with
fused AdamW in strict f32, eager: what a PyTorch user gets on a CPU without further work.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

STEPS = {
    # vocabulary, width, layers, heads, length, batch
    "spamlang": (8192, 32, 2, 4, 64, 128),
    "text": (4096, 128, 2, 4, 128, 16),
    "wide": (50257, 768, 2, 12, 256, 2),
}


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.qkv(self.norm1(x)).split(width, dim=2)
        )
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, length):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def training_step(name):
    vocabulary, width, layers, heads, length, batch = STEPS[name]
    torch.manual_seed(1)
    model = Model(vocabulary, width, layers, heads, length)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    inputs = torch.randint(vocabulary, (batch, length))
    targets = torch.randint(vocabulary, (batch * length,))

    def step():
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(inputs).view(-1, vocabulary), targets).backward()
        optimiser.step()

    return step


def cross_entropy():
    torch.manual_seed(1)
    logits = torch.randn(2048, 8192, requires_grad=True)
    targets = torch.randint(8192, (2048,))

    def run():
        logits.grad = None
        F.cross_entropy(logits, targets).backward()

    return run


def singular_values(rows, cols):
    torch.manual_seed(1)
    matrix = torch.randn(rows, cols, dtype=torch.float64)
    return lambda: torch.linalg.svdvals(matrix)


def gram_eigenvalues():
    torch.manual_seed(1)
    matrix = torch.randn(2048, 16384, dtype=torch.float64)
    return lambda: torch.linalg.eigvalsh(matrix @ matrix.T).clamp_min(0).sqrt()


WORK = {
    **{name: (lambda name=name: training_step(name)) for name in STEPS},
    "cross-entropy": cross_entropy,
    "svd-tall": lambda: singular_values(16384, 2048),
    "svd-wide": lambda: singular_values(2048, 16384),
    "svd-gram": gram_eigenvalues,
}


def main():
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    prepared, name = None, None
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        if request["work"] != name:  # one at a time: the wide model fills memory
            prepared, name = None, request["work"]
            prepared = WORK[name]()
        seconds = []
        for _ in range(request["runs"]):
            start = time.perf_counter()
            prepared()
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
