"""The PyTorch side of Gatun's paired benchmarks.

Reads one request a line from standard input, as JSON:
{"work": "text", "device": "cpu", "math": "f32", "threads": 4}, does the work once and answers with
one JSON line: {"seconds": .., "peak_bytes": ..}. The caller alternates between this process and its
own work, so that both see the same machine. The host's clock times the work, from an idle device to
an idle device, as it does on the other side.

A training step is whole, as Gatun's: gradients cleared, forward, backward, gradients clipped to
norm 1, AdamW, and the loss read.

Models are GPT-2 style (learned positions, LayerNorm, tanh GELU, biases) or Llama style (rotary
positions, RMSNorm, SwiGLU, grouped queries), trained with fused AdamW. Math: f32 is strict, tf32
allows it in matrix products, bf16 is autocast over f32 weights. Work whose name ends in "-compiled",
"-compiled-reduce-overhead" or "-compiled-max-autotune" goes through torch.compile in that mode, the
last without CUDA graphs.
"""

import itertools
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

MODELS = {
    # style, vocabulary, width, layers, heads, key/value heads, MLP width, length, batch, tied
    "spamlang": ("gpt2", 8192, 32, 2, 4, 4, 128, 64, 128, False),
    "text": ("gpt2", 4096, 128, 2, 4, 4, 512, 128, 16, False),
    "wide": ("gpt2", 50257, 768, 2, 12, 12, 3072, 256, 2, False),
    "spamlang-paper": ("llama", 131072, 576, 30, 9, 3, 1536, 64, 128, False),
    "gpt2-124m": ("gpt2", 50257, 768, 12, 12, 12, 3072, 1024, 16, True),
}


MODES = {
    "": None,
    "-compiled": "default",
    "-compiled-reduce-overhead": "reduce-overhead",
    "-compiled-max-autotune": "max-autotune-no-cudagraphs",
}


def plain_name(name):
    """The name without the mode, and what compiles a function in that mode."""
    base, compiled, rest = name.partition("-compiled")
    mode = MODES[compiled + rest]
    return base, (lambda f: f) if mode is None else (lambda f: torch.compile(f, mode=mode))


def heads_first(x, width):
    batch, length, _ = x.shape
    return x.view(batch, length, -1, width).transpose(1, 2)


class Gpt2Block(nn.Module):
    def __init__(self, width, heads, _, mlp, __):
        super().__init__()
        self.head_width = width // heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, mlp), nn.Linear(mlp, width)

    def forward(self, x):
        q, k, v = (heads_first(p, self.head_width) for p in self.qkv(self.norm1(x)).chunk(3, 2))
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(x.shape))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class LlamaBlock(nn.Module):
    def __init__(self, width, heads, kv_heads, mlp, length):
        super().__init__()
        self.head_width, self.kv = width // heads, kv_heads * (width // heads)
        self.norm1, self.norm2 = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, width + 2 * self.kv, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gates = nn.Linear(width, 2 * mlp, bias=False)
        self.down = nn.Linear(mlp, width, bias=False)
        half = self.head_width // 2
        angles = torch.outer(torch.arange(length), 10000.0 ** (-torch.arange(half) / half))
        self.register_buffer("cos", torch.cat((angles, angles), 1).cos(), persistent=False)
        self.register_buffer("sin", torch.cat((angles, angles), 1).sin(), persistent=False)

    def turn(self, x):
        first, second = x.chunk(2, -1)
        return (x * self.cos + torch.cat((-second, first), -1) * self.sin).to(x.dtype)

    def forward(self, x):
        q, k, v = self.qkv(self.norm1(x)).split((x.shape[2], self.kv, self.kv), 2)
        q, k, v = (heads_first(p, self.head_width) for p in (q, k, v))
        attended = F.scaled_dot_product_attention(
            self.turn(q), self.turn(k), v, is_causal=True, enable_gqa=True
        )
        x = x + self.out(attended.transpose(1, 2).reshape(x.shape))
        gate, value = self.gates(self.norm2(x)).chunk(2, 2)
        return x + self.down(F.silu(gate) * value)


class Model(nn.Module):
    def __init__(self, style, vocabulary, width, layers, heads, kv_heads, mlp, length, _, tied):
        super().__init__()
        gpt2 = style == "gpt2"
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width) if gpt2 else None
        block = Gpt2Block if gpt2 else LlamaBlock
        self.blocks = nn.ModuleList(
            block(width, heads, kv_heads, mlp, length) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width) if gpt2 else nn.RMSNorm(width, eps=1e-5)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.tokens.weight

    def forward(self, ids, targets):
        x = self.tokens(ids)
        if self.positions is not None:
            x = x + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1), targets)


def training_step(name, device, math):
    base, compiled = plain_name(name)
    settings = MODELS[base]
    vocabulary, length, batch = settings[1], settings[7], settings[8]
    torch.manual_seed(1)
    model = Model(*settings).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    inputs = torch.randint(vocabulary, (batch, length), device=device)
    targets = torch.randint(vocabulary, (batch * length,), device=device)
    forward = compiled(model)

    def step():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16, enabled=math == "bf16"):
            loss = forward(inputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        loss.item()

    return step


def cross_entropy(rows, classes, device, compiled):
    torch.manual_seed(1)
    # Inputs change places, so that no cache holds them.
    places = itertools.cycle(
        [torch.randn(rows, classes, device=device, requires_grad=True) for _ in range(3)]
    )
    targets = torch.randint(classes, (rows,), device=device)
    loss = compiled(F.cross_entropy)

    def run():
        logits = next(places)
        loss(logits, targets).backward()
        logits.grad = None

    return run


def singular_values(rows, cols, device, driver=None):
    torch.manual_seed(1)
    matrix = torch.randn(rows, cols, dtype=torch.float64, device=device)
    return lambda: torch.linalg.svdvals(matrix, driver=driver)


def gram_eigenvalues(rows, cols, device):
    torch.manual_seed(1)
    matrix = torch.randn(rows, cols, dtype=torch.float64, device=device)
    return lambda: torch.linalg.eigvalsh(matrix @ matrix.T).clamp_min(0).sqrt()


WORK = {
    "svd-tall": lambda device: singular_values(16384, 2048, device),
    "svd-gram": lambda device: gram_eigenvalues(2048, 16384, device),
    "svd-head-tall": lambda device: singular_values(50257, 8192, device),
    "svd-head-wide": lambda device: singular_values(8192, 50257, device),
    "svd-head-tall-gesvd": lambda device: singular_values(50257, 8192, device, "gesvd"),
    "svd-head-wide-gesvd": lambda device: singular_values(8192, 50257, device, "gesvd"),
    "svd-head-gram": lambda device: gram_eigenvalues(8192, 50257, device),
}


LOSSES = {"cross-entropy": (2048, 8192), "cross-entropy-wide": (1024, 131072)}


def work(name, device, math):
    base, compiled = plain_name(name)
    if base in LOSSES:
        return cross_entropy(*LOSSES[base], device, compiled)
    return WORK[name](device) if name in WORK else training_step(name, device, math)


def timed(run, device):
    if device == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main():
    print(json.dumps({"torch": torch.__version__}), flush=True)
    prepared, current = None, None
    for line in sys.stdin:
        request = json.loads(line)
        name, device, math = request["work"], request["device"], request["math"]
        torch.set_num_threads(request["threads"])
        torch.backends.cuda.matmul.allow_tf32 = math == "tf32"
        if (name, device, math) != current:  # one at a time: large models fill memory
            prepared, current = None, (name, device, math)
            if device == "cuda":
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
            prepared = work(name, device, math)
        seconds = timed(prepared, device)
        peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
        print(json.dumps({"seconds": seconds, "peak_bytes": peak}), flush=True)


if __name__ == "__main__":
    main()
