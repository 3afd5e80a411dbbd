package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.io.Hash;
import dev.gatun.model.head.LinearHead;
import dev.gatun.results.Metric;
import dev.gatun.results.RunRecorder;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The hidden states and the head of a model of any architecture, in files: a tensor {@code hidden}
 * [N, D] with {@code targets} [N], or [B, T, D] with {@code tokens} [B, T] whose next tokens are
 * the targets; and a matrix [V, D], with a bias [V] if the logits have one.
 */
public final class GivenHead implements AutoCloseable {
  private static final String HIDDEN = "hidden";
  private static final String TARGETS = "targets";
  private static final String TOKENS = "tokens";

  private final SafetensorsFile hidden;
  private final SafetensorsFile head;
  private final int[] targets;
  private final String matrix;
  private final Optional<String> bias;

  private GivenHead(SafetensorsFile hidden, SafetensorsFile head) {
    this.hidden = hidden;
    this.head = head;
    this.matrix = onlyOne(2, "[V, D]").orElseThrow(() -> noMatrix("no matrix"));
    this.bias = onlyOne(1, "[V]");
    this.targets = readTargets();
    requireFits();
  }

  /**
   * Opens and checks both files.
   *
   * @throws IllegalArgumentException in one line, if a tensor is missing or they do not fit
   * @throws dev.gatun.safetensors.SafetensorsException if a file is no safetensors file
   */
  public static GivenHead open(Path hidden, Path head) {
    try (var opened = new CloseStack()) {
      var given =
          new GivenHead(
              opened.own(SafetensorsFile.open(hidden)), opened.own(SafetensorsFile.open(head)));
      opened.keep();
      return given;
    }
  }

  private Optional<String> onlyOne(int dimensions, String shape) {
    List<String> names =
        head.names().stream().filter(name -> head.shape(name).size() == dimensions).toList();
    if (names.size() > 1) {
      throw noMatrix("several tensors of shape " + shape + ", " + String.join(" and ", names));
    }
    return names.stream().findFirst();
  }

  private IllegalArgumentException noMatrix(String what) {
    return new IllegalArgumentException(
        "%s has %s; --head takes one matrix [V, D] and, if there is one, a bias [V]"
            .formatted(head.path(), what));
  }

  private int[] readTargets() {
    if (!hidden.contains(HIDDEN)) {
      throw mistake("has no tensor 'hidden'");
    }
    List<Long> shape = hidden.shape(HIDDEN);
    String source = shape.size() == 3 ? TOKENS : TARGETS;
    if (shape.size() < 2 || shape.size() > 3 || !hidden.contains(source)) {
      throw mistake("has 'hidden' of %s and no tensor that says what follows".formatted(shape));
    }
    if (!hidden.shape(source).equals(shape.subList(0, shape.size() - 1))) {
      throw mistake(
          "has '%s' of %s beside 'hidden' of %s".formatted(source, hidden.shape(source), shape));
    }
    int[] ids = new int[Math.toIntExact(hidden.size(source))];
    long[] stored = hidden.longs(source);
    for (int i = 0; i < ids.length; i++) {
      if (stored[i] < 0 || stored[i] >= vocabulary()) {
        throw mistake(
            "has token %s, and %s has %s rows".formatted(stored[i], head.path(), vocabulary()));
      }
      ids[i] = Math.toIntExact(stored[i]);
    }
    return shape.size() == 2
        ? ids
        : new TokenBatch(HIDDEN, "", ids, batch(), Math.toIntExact(shape.get(1))).contextTargets();
  }

  private int batch() {
    return Math.toIntExact(hidden.shape(HIDDEN).getFirst());
  }

  private IllegalArgumentException mistake(String what) {
    return new IllegalArgumentException(
        "%s %s; --hidden takes 'hidden' [N, D] with int64 'targets' [N], or 'hidden' [B, T, D] with int64 'tokens' [B, T]"
            .formatted(hidden.path(), what));
  }

  private void requireFits() {
    List<Long> states = hidden.shape(HIDDEN);
    if (states.getLast() != width()) {
      throw new IllegalArgumentException(
          "%s holds states of width %s, and %s a head %s; both must be of one model"
              .formatted(hidden.path(), states.getLast(), head.path(), head.shape(matrix)));
    }
    if (bias.isPresent() && head.shape(bias.get()).getFirst() != vocabulary()) {
      throw noMatrix("%s of %s".formatted(bias.get(), head.shape(bias.get())));
    }
    if (states.getFirst() == 1 && contexts() < 2) {
      throw mistake("has one state, and the cosine between states needs two");
    }
    if (contexts() < 1 || contexts() > CheckpointMeter.MOST_CONTEXTS) {
      throw mistake(
          "has %s contexts, and 1 to %s can be measured"
              .formatted(contexts(), CheckpointMeter.MOST_CONTEXTS));
    }
  }

  /** V. */
  public long vocabulary() {
    return head.shape(matrix).getFirst();
  }

  /** D. */
  public long width() {
    return head.shape(matrix).getLast();
  }

  /** N. */
  public int contexts() {
    return targets.length;
  }

  /** SHA-256 of both files, the hidden states first: of each its bytes, ended by a zero byte. */
  public String sha256() {
    MessageDigest digest = Hash.sha256();
    byte[] buffer = new byte[1 << 20];
    for (Path file : List.of(hidden.path(), head.path())) {
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
        digest.update((byte) 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return Hash.hex(digest);
  }

  /** Measures the head on the contexts. */
  public void measure(
      Backend backend, Randomness randomness, MeasureProgress progress, RunRecorder run) {
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = scope.zeros(backend.real(), vocabulary(), width());
      head.readInto(matrix, backend, weights);
      LinearHead.Bias added =
          bias.map(
                  name -> {
                    Tensor value = scope.zeros(backend.real(), vocabulary());
                    head.readInto(name, backend, value);
                    return LinearHead.Bias.fixed(value);
                  })
              .orElse(LinearHead.Bias.NONE);
      Tensor states = scope.zeros(backend.real(), hidden.size(HIDDEN) / width(), width());
      hidden.readInto(HIDDEN, backend, states);
      recordAnisotropy(backend, states, run);
      Tensor contexts = contexts(backend, scope, states);
      try (LinearHead linear = LinearHead.frozen(backend, weights, added, OptionalDouble.empty());
          var meter = new ContextMeter(backend, linear, randomness, progress)) {
        meter.measure(contexts, targets, contexts, Metric.NO_STEP, run);
      }
    }
  }

  private static void recordAnisotropy(Backend backend, Tensor states, RunRecorder run) {
    Anisotropy anisotropy = Anisotropy.of(backend, states);
    run.metric("anisotropy", Metric.NO_STEP, anisotropy.meanCosine(), "1");
    run.metric(
        "anisotropy_isotropic_deviation", Metric.NO_STEP, anisotropy.isotropicDeviation(), "1");
  }

  /** Hidden states that have a target [N, D]. */
  private Tensor contexts(Backend backend, TensorScope scope, Tensor all) {
    if (all.rows() == contexts()) {
      return all;
    }
    long length = all.rows() / batch();
    Tensor contexts = scope.zeros(backend.real(), contexts(), width());
    for (int sequence = 0; sequence < batch(); sequence++) {
      backend.copy(
          all.rows(sequence * length, length - 1),
          contexts.rows(sequence * (length - 1), length - 1));
    }
    return contexts;
  }

  @Override
  public void close() {
    hidden.close();
    head.close();
  }
}
