package dev.gatun.cli;

import dev.gatun.data.Randomness;
import dev.gatun.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A folder of a GPT-NeoX model, as Pythia's are, whose head has given singular values, and whose
 * head inputs have a given mean cosine.
 *
 * @param vocabulary V, a power of two above the width
 * @param singularValues of the head, D of them; their right vectors are the axes
 * @param gains weights of the last norm, D of them
 * @param anisotropy mean cosine that the last norm's bias gives to states that have none else
 * @param blocks size of the blocks' random weights; with 0 a state depends on its own token alone
 */
record PlantedModel(
    int layers,
    int width,
    int vocabulary,
    List<Double> singularValues,
    List<Double> gains,
    double anisotropy,
    double blocks) {
  /** Norm of a head of a given entropy. */
  private static final double SIZE = 20;

  private static final String CONFIG =
      """
      {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "hidden_act": "gelu",
       "hidden_size": %1$s, "intermediate_size": %2$s, "num_attention_heads": 4,
       "num_hidden_layers": %3$s, "vocab_size": %4$s, "max_position_embeddings": 64,
       "layer_norm_eps": 1e-05, "rotary_pct": 0.25, "rotary_emb_base": 10000,
       "tie_word_embeddings": false, "use_parallel_residual": true}
      """;

  /**
   * One with random blocks.
   *
   * @param entropy KL(p ‖ uniform) of pᵢ = σᵢ²/Σσ², in nats
   */
  PlantedModel(int layers, int width, int vocabulary, double entropy, double anisotropy) {
    this(
        layers,
        width,
        vocabulary,
        singularValues(width, entropy),
        Collections.nCopies(width, 1.0),
        anisotropy,
        0.1);
  }

  Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("config.json"), CONFIG.formatted(width, 4 * width, layers, vocabulary));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var writer = new SafetensorsWriter(Map.of("format", "pt"));
    add(writer, "gpt_neox.embed_in.weight", embeddings(), width);
    for (int layer = 0; layer < layers; layer++) {
      addBlock(writer, "gpt_neox.layers." + layer + ".");
    }
    add(writer, "gpt_neox.final_layer_norm.weight", gainsOfAxes(), 0);
    // Of states of length √D and a bias of length b·√D, the mean cosine is b²/(1 + b²).
    double bias = Math.sqrt(anisotropy / (1 - anisotropy));
    add(writer, "gpt_neox.final_layer_norm.bias", alternating(bias), 0);
    add(writer, "embed_out.weight", head(), width);
    writer.write(folder.resolve("model.safetensors"));
    return folder;
  }

  private void addBlock(SafetensorsWriter writer, String block) {
    for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
      add(writer, block + norm + ".weight", filled(width, 1), 0);
      add(writer, block + norm + ".bias", filled(width, 0), 0);
    }
    addLinear(writer, block + "attention.query_key_value", 3 * width, width);
    addLinear(writer, block + "attention.dense", width, width);
    addLinear(writer, block + "mlp.dense_h_to_4h", 4 * width, width);
    addLinear(writer, block + "mlp.dense_4h_to_h", width, 4 * width);
  }

  private void addLinear(SafetensorsWriter writer, String name, int out, int in) {
    add(writer, name + ".weight", random(name, out * in, blocks / Math.sqrt(in)), in);
    add(writer, name + ".bias", filled(out, 0), 0);
  }

  /** A bias that no constant added to all components takes away. */
  private float[] alternating(double size) {
    float[] values = filled(width, size);
    for (int i = 1; i < width; i += 2) {
      values[i] = -values[i];
    }
    return values;
  }

  /** E [V, D]. */
  float[] embeddings() {
    return random("embeddings", vocabulary * width, 1);
  }

  private float[] gainsOfAxes() {
    float[] values = new float[width];
    for (int i = 0; i < width; i++) {
      values[i] = gains.get(i).floatValue();
    }
    return values;
  }

  /**
   * W [V, D]: columns of a Walsh–Hadamard matrix, which are orthogonal to each other and to the row
   * that all tokens share, times the singular values.
   */
  float[] head() {
    float[] head = new float[vocabulary * width];
    for (int token = 0; token < vocabulary; token++) {
      for (int i = 0; i < width; i++) {
        int sign = 1 - 2 * (Integer.bitCount(token & (i + 1)) & 1);
        head[token * width + i] = (float) (sign * singularValues.get(i) / Math.sqrt(vocabulary));
      }
    }
    return head;
  }

  /** One large share of the energy and D − 1 equal ones, whose divergence is the entropy. */
  private static List<Double> singularValues(int width, double entropy) {
    double low = 1.0 / width;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (divergence(width, middle) < entropy) {
        low = middle;
      } else {
        high = middle;
      }
    }
    List<Double> values =
        new ArrayList<>(Collections.nCopies(width, SIZE * Math.sqrt((1 - low) / (width - 1))));
    values.set(0, SIZE * Math.sqrt(low));
    return values;
  }

  private static double divergence(int width, double largest) {
    double rest = 1 - largest;
    return Math.log(width)
        + largest * Math.log(largest)
        + (rest > 0 ? rest * Math.log(rest / (width - 1)) : 0);
  }

  private static float[] random(String name, int size, double deviation) {
    float[] values = new float[size];
    Randomness.of(7).stream(name).gaussian(values, deviation);
    return values;
  }

  private static float[] filled(int size, double value) {
    float[] values = new float[size];
    Arrays.fill(values, (float) value);
    return values;
  }

  private static void add(SafetensorsWriter writer, String name, float[] values, int columns) {
    List<Long> shape =
        columns == 0
            ? List.of((long) values.length)
            : List.of((long) values.length / columns, (long) columns);
    writer.addFloats(
        name, shape, (from, count) -> Arrays.copyOfRange(values, (int) from, (int) from + count));
  }

  /** Token ids of some sequences, drawn uniformly. */
  static Path tokens(Path file, int batch, int length, int vocabulary) {
    var generator = Randomness.of(11).stream("tokens").generator();
    return tokens(
        file,
        length,
        generator.ints((long) batch * length, 0, vocabulary).asLongStream().toArray());
  }

  /** A file of token ids of sequences of some length. */
  static Path tokens(Path file, int length, long[] ids) {
    new SafetensorsWriter(Map.of())
        .addLongs(
            "tokens",
            List.of((long) ids.length / length, (long) length),
            (from, count) -> Arrays.copyOfRange(ids, (int) from, (int) from + count))
        .write(file);
    return file;
  }
}
