"""Tiny random checkpoints with what transformers computes of them, and the logits of any checkpoint.

    python checkpoints.py make <folder> [<name> ...]         one folder per checkpoint
    python checkpoints.py logits <tokens file> <checkpoint> ...     logits.safetensors in each
    python checkpoints.py text <text file> <length> <checkpoint> <to>

The files are those of src/test/resources/fixtures/README.md. Needs transformers and torch; nothing
is fetched.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

BATCH, LENGTH = 3, 17
STEPS = 10

LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 24,
}


def longrope(trained, **more):
    """A Phi-3 whose first training had sequences of this length."""
    return dict(model_type="phi3", vocab_size=31, hidden_size=16, num_attention_heads=2,
                num_key_value_heads=1, num_hidden_layers=2, intermediate_size=14,
                max_position_embeddings=40, original_max_position_embeddings=trained,
                pad_token_id=3,
                rope_parameters=dict(rope_type="longrope", rope_theta=100.0,
                                     partial_rotary_factor=0.75, short_factor=[1.0, 1.25, 2.5],
                                     long_factor=[1.5, 4.0, 9.75], **more))


# What the given fixtures do not have: other shapes, tying, biases, rotary scalings, sequential
# residuals, types of weights, shards, names. `file` says how the folder is written.
CHECKPOINTS = {
    "gpt2-untied-exact": dict(
        config=dict(model_type="gpt2", vocab_size=101, n_embd=24, n_head=3, n_layer=3, n_inner=40,
                    n_positions=19, activation_function="gelu", tie_word_embeddings=False),
        file=dict(dtype=torch.float16)),
    "gpt2-by-layer": dict(
        config=dict(model_type="gpt2", vocab_size=41, n_embd=24, n_head=3, n_layer=3, n_inner=32,
                    n_positions=19, scale_attn_by_inverse_layer_idx=True),
        file=dict(dtype=torch.bfloat16)),
    "gpt2-bare-names": dict(
        config=dict(model_type="gpt2", vocab_size=67, n_embd=20, n_head=5, n_layer=2,
                    n_positions=32, reorder_and_upcast_attn=True),
        file=dict(dtype=torch.bfloat16, bare=True, constants=True)),
    "neox-sequential": dict(
        config=dict(model_type="gpt_neox", vocab_size=97, hidden_size=30, num_attention_heads=3,
                    num_hidden_layers=3, intermediate_size=44, max_position_embeddings=40,
                    hidden_act="gelu_new", use_parallel_residual=False, tie_word_embeddings=True,
                    attention_bias=False,
                    rope_parameters=dict(rope_type="default", rope_theta=700.0,
                                         partial_rotary_factor=1.0)),
        file=dict(dtype=torch.bfloat16, older=True)),
    "neox-odd-rotary": dict(
        config=dict(model_type="gpt_neox", vocab_size=61, hidden_size=24, num_attention_heads=2,
                    num_hidden_layers=2, intermediate_size=44, max_position_embeddings=40,
                    rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=10000.0,
                                         partial_rotary_factor=0.25)),
        file=dict(shard="10KB", constants=True)),
    "llama3-biased": dict(
        config=dict(model_type="llama", vocab_size=53, hidden_size=30, num_attention_heads=6,
                    num_key_value_heads=2, head_dim=8, num_hidden_layers=2, intermediate_size=36,
                    max_position_embeddings=96, attention_bias=True, mlp_bias=True,
                    tie_word_embeddings=True, rope_parameters=LLAMA3),
        file=dict(dtype=torch.bfloat16, shard="10KB", older=True)),
    "llama-one-key": dict(
        config=dict(model_type="llama", vocab_size=71, hidden_size=36, num_attention_heads=6,
                    num_key_value_heads=1, num_hidden_layers=2, intermediate_size=50,
                    max_position_embeddings=40, rms_norm_eps=1e-3, pad_token_id=5,
                    rope_parameters=dict(rope_type="linear", factor=3.0, rope_theta=10000.0)),
        file=dict(shard="40KB")),
    "llama-tied-with-head": dict(
        config=dict(model_type="llama", vocab_size=89, hidden_size=32, num_attention_heads=4,
                    num_hidden_layers=1, intermediate_size=40, max_position_embeddings=64,
                    tie_word_embeddings=True, pad_token_id=-1),
        file=dict(head=True, bare=True)),
    "qwen3-biased": dict(
        config=dict(model_type="qwen3", vocab_size=59, hidden_size=24, num_attention_heads=3,
                    num_key_value_heads=1, head_dim=14, num_hidden_layers=2, intermediate_size=36,
                    max_position_embeddings=40, attention_bias=True, tie_word_embeddings=False,
                    pad_token_id=3,
                    rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
        file=dict(dtype=torch.float16, older=True)),
    "qwen3-tied": dict(
        config=dict(model_type="qwen3", vocab_size=79, hidden_size=40, num_attention_heads=8,
                    num_key_value_heads=4, head_dim=6, num_hidden_layers=3, intermediate_size=64,
                    max_position_embeddings=40, tie_word_embeddings=True),
        file=dict(dtype=torch.bfloat16, shard="30KB")),
    "olmo2-tied": dict(
        config=dict(model_type="olmo2", vocab_size=107, hidden_size=36, num_attention_heads=6,
                    num_key_value_heads=3, num_hidden_layers=3, intermediate_size=60,
                    max_position_embeddings=40, attention_bias=True, tie_word_embeddings=True,
                    pad_token_id=2),
        file=dict(dtype=torch.bfloat16)),
    "olmo2-untied": dict(
        config=dict(model_type="olmo2", vocab_size=83, hidden_size=28, num_attention_heads=2,
                    num_hidden_layers=2, intermediate_size=36, max_position_embeddings=40,
                    rope_parameters=LLAMA3),
        file=dict(shard="20KB", older=True)),
    "qwen2-tied": dict(
        config=dict(model_type="qwen2", vocab_size=73, hidden_size=32, num_attention_heads=4,
                    num_key_value_heads=2, num_hidden_layers=2, intermediate_size=44,
                    max_position_embeddings=64, tie_word_embeddings=True),
        file=dict(shard="20KB", older=True)),
    "qwen2-window": dict(
        config=dict(model_type="qwen2", vocab_size=29, hidden_size=24, num_attention_heads=4,
                    num_key_value_heads=2, num_hidden_layers=3, intermediate_size=10,
                    max_position_embeddings=40, use_sliding_window=True, sliding_window=5,
                    max_window_layers=1, pad_token_id=3,
                    rope_parameters=dict(rope_type="default", rope_theta=1000.0)),
        file=dict(dtype=torch.bfloat16)),
    "mistral-window": dict(
        config=dict(model_type="mistral", vocab_size=31, hidden_size=12, num_attention_heads=2,
                    num_key_value_heads=1, head_dim=10, num_hidden_layers=2,
                    intermediate_size=14, max_position_embeddings=40, sliding_window=6),
        file=dict(dtype=torch.bfloat16, older=True)),
    "mistral-full": dict(
        config=dict(model_type="mistral", vocab_size=67, hidden_size=32, num_attention_heads=4,
                    num_key_value_heads=2, num_hidden_layers=2, intermediate_size=40,
                    max_position_embeddings=40, sliding_window=None, tie_word_embeddings=True),
        file=dict(bare=True)),
    "gemma-biased": dict(
        config=dict(model_type="gemma", vocab_size=31, hidden_size=12, num_attention_heads=2,
                    num_key_value_heads=1, head_dim=10, num_hidden_layers=2,
                    intermediate_size=14, max_position_embeddings=40, attention_bias=True),
        file=dict(dtype=torch.bfloat16, older=True)),
    "gemma-untied": dict(
        config=dict(model_type="gemma", vocab_size=67, hidden_size=32, num_attention_heads=4,
                    num_key_value_heads=2, head_dim=6, num_hidden_layers=2,
                    intermediate_size=40, max_position_embeddings=40, hidden_act="gelu",
                    tie_word_embeddings=False),
        file=dict(shard="20KB")),
    "gemma2-capped": dict(
        config=dict(model_type="gemma2", vocab_size=31, hidden_size=12, num_attention_heads=2,
                    num_key_value_heads=1, head_dim=10, num_hidden_layers=2,
                    intermediate_size=14, max_position_embeddings=40, sliding_window=5,
                    query_pre_attn_scalar=7, attn_logit_softcapping=2.0,
                    final_logit_softcapping=3.0),
        file=dict(dtype=torch.bfloat16, older=True)),
    "gemma3-local": dict(
        config=dict(model_type="gemma3_text", vocab_size=31, hidden_size=12,
                    num_attention_heads=2, num_key_value_heads=1, head_dim=10,
                    num_hidden_layers=3, intermediate_size=14, max_position_embeddings=40,
                    sliding_window=5, query_pre_attn_scalar=7,
                    layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                    rope_parameters=dict(
                        full_attention=dict(rope_type="linear", factor=2.0, rope_theta=900.0),
                        sliding_attention=dict(rope_type="default", rope_theta=30.0))),
        file=dict(dtype=torch.bfloat16)),
    "opt-relu": dict(
        config=dict(model_type="opt", vocab_size=31, hidden_size=12, word_embed_proj_dim=12,
                    num_attention_heads=2, num_hidden_layers=2, ffn_dim=20,
                    max_position_embeddings=20, dropout=0.0),
        file=dict(dtype=torch.float16)),
    "opt-untied": dict(
        config=dict(model_type="opt", vocab_size=61, hidden_size=28, word_embed_proj_dim=28,
                    num_attention_heads=4, num_hidden_layers=2, ffn_dim=40,
                    max_position_embeddings=40, enable_bias=False, activation_function="gelu",
                    tie_word_embeddings=False, pad_token_id=5),
        file=dict(shard="20KB")),
    "opt-narrow": dict(
        config=dict(model_type="opt", vocab_size=31, hidden_size=16, word_embed_proj_dim=10,
                    num_attention_heads=2, num_hidden_layers=2, ffn_dim=20,
                    max_position_embeddings=20, do_layer_norm_before=False, dropout=0.0),
        file=dict(dtype=torch.float16)),
    "opt-narrow-norm-before": dict(
        config=dict(model_type="opt", vocab_size=61, hidden_size=28, word_embed_proj_dim=20,
                    num_attention_heads=4, num_hidden_layers=2, ffn_dim=40,
                    max_position_embeddings=40, tie_word_embeddings=False, pad_token_id=5),
        file=dict(shard="20KB")),
    "opt-norm-of-sum": dict(
        config=dict(model_type="opt", vocab_size=53, hidden_size=24, num_attention_heads=3,
                    num_hidden_layers=3, ffn_dim=36, max_position_embeddings=40,
                    do_layer_norm_before=False, enable_bias=False),
        file=dict(dtype=torch.bfloat16, bare=True)),
    "olmo-plain": dict(
        config=dict(model_type="olmo", vocab_size=31, hidden_size=12, num_attention_heads=3,
                    num_key_value_heads=1, num_hidden_layers=2, intermediate_size=14,
                    max_position_embeddings=40),
        file=dict(dtype=torch.bfloat16, older=True)),
    "olmo-clipped": dict(
        config=dict(model_type="olmo", vocab_size=31, hidden_size=12, num_attention_heads=3,
                    num_key_value_heads=1, num_hidden_layers=2, intermediate_size=14,
                    max_position_embeddings=40, clip_qkv=0.3, tie_word_embeddings=True),
        file=dict(dtype=torch.bfloat16)),
    "phi3-partial": dict(
        config=dict(model_type="phi3", vocab_size=31, hidden_size=16, num_attention_heads=2,
                    num_key_value_heads=1, num_hidden_layers=2, intermediate_size=14,
                    max_position_embeddings=40, sliding_window=6, pad_token_id=3,
                    rope_parameters=dict(rope_type="default", rope_theta=10000.0,
                                         partial_rotary_factor=0.5)),
        file=dict(dtype=torch.bfloat16)),
    "phi3-short": dict(config=longrope(24), file=dict(dtype=torch.bfloat16)),
    "phi3-long": dict(config=longrope(8), file=dict(dtype=torch.float16)),
    "phi3-long-given-factor": dict(
        config=longrope(8, factor=7.0), file=dict(shard="20KB", older=True)),
    "neo-local": dict(
        config=dict(model_type="gpt_neo", vocab_size=31, hidden_size=12, num_heads=2,
                    num_layers=2, intermediate_size=20, max_position_embeddings=20,
                    attention_types=[[["global", "local"], 1]], window_size=5,
                    resid_dropout=0.0, embed_dropout=0.0),
        file=dict(dtype=torch.float16)),
    "smollm3-mixed": dict(
        config=dict(model_type="smollm3", vocab_size=31, hidden_size=16, num_attention_heads=2,
                    num_key_value_heads=1, num_hidden_layers=3, intermediate_size=14,
                    max_position_embeddings=40, no_rope_layer_interval=2, pad_token_id=4),
        file=dict(dtype=torch.bfloat16, older=True)),
    "smollm3-window": dict(
        config=dict(model_type="smollm3", vocab_size=31, hidden_size=16, num_attention_heads=2,
                    num_key_value_heads=1, num_hidden_layers=3, intermediate_size=14,
                    max_position_embeddings=40, no_rope_layers=[0, 0, 1], pad_token_id=4,
                    use_sliding_window=True, sliding_window=5),
        file=dict(dtype=torch.bfloat16)),
    "smollm3-rotary-window": dict(
        config=dict(model_type="smollm3", vocab_size=53, hidden_size=24, num_attention_heads=4,
                    num_key_value_heads=2, num_hidden_layers=3, intermediate_size=20,
                    max_position_embeddings=40, no_rope_layers=[1, 1, 1], pad_token_id=4,
                    use_sliding_window=True, sliding_window=6, tie_word_embeddings=False,
                    layer_types=["full_attention", "sliding_attention", "full_attention"]),
        file=dict(shard="20KB", older=True)),
}


def roughen(model):
    """No weight is as it began: norms are not 1, biases are not 0, nothing is nearly linear."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.add_(0.12 * torch.randn_like(parameter))


def write(model, folder, dtype=torch.float32, shard="5GB", bare=False, constants=False,
          head=False, older=False):
    model.generation_config.pad_token_id = None
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if bare or constants or head:
        rewrite(model, folder, bare, constants, head)
    if older:
        spell_as_before(folder / "config.json")


def rewrite(model, folder, bare, constants, head):
    for file in folder.glob("*.safetensors"):
        tensors = load_file(file)
        prefix = model.base_model_prefix + "."
        if bare:
            tensors = {name.removeprefix(prefix): t for name, t in tensors.items()}
        if head:
            size = (model.config.vocab_size, model.config.hidden_size)
            tensors["lm_head.weight"] = torch.randn(size)
        part = "h.0.attn" if model.config.model_type == "gpt2" else "layers.0.attention"
        part = part if bare else prefix + part
        if constants and any(name.startswith(part + ".") for name in tensors):
            constants = False
            tensors[part + ".bias"] = torch.ones(1, 1, 8, 8, dtype=torch.uint8).tril()
            tensors[part + ".masked_bias"] = torch.tensor(-1e4)
        save_file(tensors, file, metadata={"format": "pt"})
    index = folder / "model.safetensors.index.json"
    if index.exists():
        content = json.loads(index.read_text())
        files = {f.name: load_file(f) for f in folder.glob("*.safetensors")}
        content["weight_map"] = {n: f for f, tensors in files.items() for n in tensors}
        content["metadata"]["total_size"] = sum(
            t.numel() * t.element_size() for tensors in files.values() for t in tensors.values())
        index.write_text(json.dumps(content, indent=2))


def spell_as_before(file):
    """rope_parameters as transformers 4 wrote them."""
    config = json.loads(file.read_text())
    rope = config.pop("rope_parameters")
    neox = config["model_type"] == "gpt_neox"
    config["rotary_emb_base" if neox else "rope_theta"] = rope.pop("rope_theta")
    if neox:
        config["rotary_pct"] = rope.pop("partial_rotary_factor")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    config["torch_dtype"] = config.pop("dtype")
    file.write_text(json.dumps(config, indent=2))


def load(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def loss_of(model, tokens):
    hidden = model.base_model(tokens).last_hidden_state
    hidden.retain_grad()
    logits = model.get_output_embeddings()(hidden)
    cap = getattr(model.config, "final_logit_softcapping", None)
    capped = logits if cap is None else cap * torch.tanh(logits / cap)
    size = logits.shape[-1]
    loss = torch.nn.functional.cross_entropy(
        capped[:, :-1].reshape(-1, size), tokens[:, 1:].reshape(-1))
    return hidden, logits, loss


def head_measures(logits, tokens, weights, cap):
    """In f64, of the logits and weights in f32: of the gradient before the cap."""
    z = logits[:, :-1].reshape(-1, logits.shape[-1]).double()
    slope = 1 if cap is None else 1 - torch.tanh(z / cap) ** 2
    z = z if cap is None else cap * torch.tanh(z / cap)
    gradient = torch.softmax(z, dim=-1)
    gradient[torch.arange(len(z)), tokens[:, 1:].reshape(-1)] -= 1
    gradient *= slope / len(z)
    basis, _ = torch.linalg.qr(weights.double())
    lost = gradient - gradient @ basis @ basis.T
    return lost.norm() / gradient.norm(), torch.linalg.svdvals(gradient)


def expected(model, tokens):
    hidden, logits, loss = loss_of(model, tokens)
    loss.backward()
    weights = model.get_output_embeddings().weight
    cap = getattr(model.config, "final_logit_softcapping", None)
    destroyed, singular = head_measures(logits.detach(), tokens, weights.detach(), cap)
    result = {
        "tokens": tokens,
        "logits": logits.detach(),
        "hidden": hidden.detach(),
        "loss": loss.detach().double(),
        "d_hidden": hidden.grad,
        "destroyed_norm": destroyed,
        "logit_gradient_singular_values": singular,
    }
    for name, parameter in model.named_parameters():
        result["grad." + name] = parameter.grad.clone()
    result["adamw_losses"] = torch.tensor(adamw(model, tokens), dtype=torch.float64)
    return {name: tensor.contiguous() for name, tensor in result.items()}


def adamw(model, tokens):
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = loss_of(model, tokens)[2]
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


def make(folder, name):
    spec = CHECKPOINTS[name]
    torch.manual_seed(sum(name.encode()))
    config = transformers.AutoConfig.for_model(initializer_range=0.15, **spec["config"])
    for dropout in ("attn_pdrop", "embd_pdrop", "resid_pdrop"):
        if hasattr(config, dropout):
            setattr(config, dropout, 0.0)
    model = transformers.AutoModelForCausalLM.from_config(config)
    roughen(model)
    write(model, folder, **spec["file"])
    tokens = torch.randint(0, config.vocab_size, (BATCH, LENGTH))
    tokens[0, 1:3] = (config.pad_token_id or 0) % config.vocab_size
    save_file(expected(load(folder), tokens), folder / "expected.safetensors")


def main(arguments):
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    match arguments:
        case ["make", folder, *names]:
            for name in names or CHECKPOINTS:
                target = Path(folder) / name
                target.mkdir(parents=True)
                make(target, name)
        case ["logits", tokens, *checkpoints]:
            ids = load_file(tokens)["tokens"]
            for folder in map(Path, checkpoints):
                with torch.no_grad():
                    logits = load(folder)(ids).logits.contiguous()
                save_file({"logits": logits}, folder / "logits.safetensors")
        case ["text", text, length, checkpoint, to]:
            tokenizer = transformers.PreTrainedTokenizerFast(
                tokenizer_file=str(Path(checkpoint) / "tokenizer.json"))
            ids = torch.tensor(tokenizer(Path(text).read_text(encoding="utf-8"))["input_ids"])
            with torch.no_grad():
                logits = load(checkpoint)(ids[None, : int(length)]).logits.contiguous()
            save_file({"all_tokens": ids, "logits": logits}, to)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
