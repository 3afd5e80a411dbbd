package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.LayerVisitor;
import dev.gatun.model.checkpoint.StreamedBackbone;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Encoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Hidden states of a checkpoint whose weights are bf16 on disk, block by block: what measuring a
 * real model costs. Blocks as Llama 3.2's of 1 B parameters, two instead of sixteen, with random
 * weights in a temporary folder.
 */
final class HiddenStatesWork {
  private static final int VOCABULARY = 256;
  private static final int WIDTH = 2048;
  private static final int LAYERS = 2;
  private static final int HEADS = 32;
  private static final int KEY_VALUE_HEADS = 8;
  private static final int HEAD_WIDTH = 64;
  private static final int MLP_WIDTH = 8192;
  private static final int BATCH = 8;
  private static final int LENGTH = 512;

  private HiddenStatesWork() {}

  static Work work() {
    double keyValue = 2.0 * KEY_VALUE_HEADS * HEAD_WIDTH;
    double weights = WIDTH * (2.0 * WIDTH + keyValue + 3.0 * MLP_WIDTH);
    // Of the scores and the sums over values, the causal half.
    double attention = 2.0 * LENGTH * WIDTH;
    long tokens = (long) BATCH * LENGTH;
    return new Work(
        "hidden-states",
        List.of(),
        tokens,
        Cost.products(tokens * LAYERS * (2 * weights + attention)),
        2,
        HiddenStatesWork::repeat);
  }

  private static void repeat(Backend backend, int rounds, Work.Listener listener) {
    int[] tokens = new Random(1).ints((long) BATCH * LENGTH, 0, VOCABULARY).toArray();
    Path folder = checkpoint();
    try (StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
      for (int round = 0; round < rounds; round++) {
        try (TensorScope scope = backend.newScope()) {
          listener.finished(
              round,
              Work.seconds(
                  backend,
                  () -> backbone.hiddenStates(scope, tokens, BATCH, LENGTH, LayerVisitor.NONE)));
        }
      }
    } finally {
      delete(folder);
    }
  }

  private static Path checkpoint() {
    try {
      Path folder = Files.createTempDirectory("gatun-bench");
      Files.writeString(
          folder.resolve("config.json"),
          """
          {"model_type": "llama", "vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d,
           "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d,
           "intermediate_size": %d, "max_position_embeddings": %d, "rope_theta": 10000.0,
           "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": true}
          """
              .formatted(
                  VOCABULARY,
                  WIDTH,
                  LAYERS,
                  HEADS,
                  KEY_VALUE_HEADS,
                  HEAD_WIDTH,
                  MLP_WIDTH,
                  LENGTH));
      weights().write(folder.resolve("model.safetensors"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SafetensorsWriter weights() {
    var writer = new SafetensorsWriter(Map.of("format", "pt"));
    add(writer, "model.embed_tokens", VOCABULARY, WIDTH);
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "model.layers." + layer + ".";
      add(writer, block + "input_layernorm", WIDTH);
      add(writer, block + "self_attn.q_proj", HEADS * HEAD_WIDTH, WIDTH);
      add(writer, block + "self_attn.k_proj", KEY_VALUE_HEADS * HEAD_WIDTH, WIDTH);
      add(writer, block + "self_attn.v_proj", KEY_VALUE_HEADS * HEAD_WIDTH, WIDTH);
      add(writer, block + "self_attn.o_proj", WIDTH, HEADS * HEAD_WIDTH);
      add(writer, block + "post_attention_layernorm", WIDTH);
      add(writer, block + "mlp.gate_proj", MLP_WIDTH, WIDTH);
      add(writer, block + "mlp.up_proj", MLP_WIDTH, WIDTH);
      add(writer, block + "mlp.down_proj", WIDTH, MLP_WIDTH);
    }
    add(writer, "model.norm", WIDTH);
    return writer;
  }

  private static void add(SafetensorsWriter writer, String name, long... extents) {
    List<Long> shape = Arrays.stream(extents).boxed().toList();
    writer.addFloats(
        name + ".weight",
        Encoding.BF16,
        shape,
        (from, count) -> {
          var random = new Random(from + name.hashCode());
          float[] values = new float[count];
          for (int i = 0; i < count; i++) {
            values[i] = 0.04f * (random.nextFloat() - 0.5f);
          }
          return values;
        });
  }

  private static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve("model.safetensors"));
      Files.deleteIfExists(folder.resolve("config.json"));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
