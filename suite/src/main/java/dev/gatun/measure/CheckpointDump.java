package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.model.checkpoint.CheckpointFolder;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.LogitRows;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes what was computed of a checkpoint on some tokens as one safetensors file, for comparison
 * with any other implementation: {@code tokens} I64 [B, T], {@code logits} [B, T, V] before any
 * cap, {@code hidden} [B, T, D] and {@code d_hidden} [B, T, D] F32, {@code loss} and {@code
 * destroyed_norm} F64 [1], {@code logit_gradient_singular_values} F64 [min(N, V)] and, if asked
 * for, {@code grad.<parameter>} F32. The file appears as a whole or not at all; logits are computed
 * as they are written.
 */
public final class CheckpointDump {
  /** Tokens in a pass with gradients. */
  private static final int TOKENS_AT_ONCE = 2048;

  private final Backend backend;
  private final TokenBatch batch;
  private final MeasuredCheckpoint measured;

  /** Of a measurement on these tokens. */
  public CheckpointDump(Backend backend, TokenBatch batch, MeasuredCheckpoint measured) {
    this.backend = backend;
    this.batch = batch;
    this.measured = measured;
  }

  /**
   * Writes all but the parameters' gradients.
   *
   * @param meter that measured
   */
  public void write(Path file, CheckpointMeter meter) {
    write(file, meter.head(), meter.config().vocabulary(), _ -> {});
  }

  /**
   * Writes everything, from the whole model with its gradients: the meter is to be closed first, so
   * that the model is held once.
   *
   * @param folder of the checkpoint
   */
  public void writeWithGradients(Path file, CheckpointFolder folder) {
    try (LanguageModel model = Checkpoint.load(folder, backend)) {
      accumulate(model);
      write(
          file,
          model.head(),
          model.config().vocabulary(),
          writer -> Checkpoint.add(writer, "grad.", model, model.parameters().gradients()));
    }
  }

  private interface Further {
    void addTo(SafetensorsWriter writer);
  }

  /** Gradients of the mean loss over all contexts, some sequences at a time. */
  private void accumulate(LanguageModel model) {
    int[] targets = batch.targets();
    int atOnce = Math.clamp(TOKENS_AT_ONCE / batch.length(), 1, batch.batch());
    for (int first = 0; first < batch.batch(); first += atOnce) {
      int count = Math.min(atOnce, batch.batch() - first);
      int from = first * batch.length();
      int to = from + count * batch.length();
      var part =
          new Batch(
              Arrays.copyOfRange(batch.tokens(), from, to),
              Arrays.copyOfRange(targets, from, to),
              count,
              batch.length());
      model.lossAndGradients(part, 1.0 / batch.contexts(), BlockVisitor.NONE);
    }
  }

  private void write(Path file, Head head, long vocabulary, Further further) {
    Tensor hidden = measured.hidden();
    try (TensorScope scope = backend.newScope()) {
      var logits = new LogitPieces(backend, scope, hidden, head);
      Tensor targets = scope.zeros(ElementType.I32, hidden.rows());
      backend.write(batch.targets(), targets);
      Tensor dHidden = scope.zeros(backend.real(), hidden.rows(), hidden.cols());
      head.hiddenGradients(hidden, targets, 1.0 / batch.contexts(), dHidden);
      var writer = new SafetensorsWriter(Map.of("format", "pt"));
      List<Long> extents = List.of((long) batch.batch(), (long) batch.length());
      writer.addLongs("tokens", extents, this::tokens);
      writer.addFloats("logits", extended(extents, vocabulary), logits::read);
      writer.addFloats("hidden", extended(extents, hidden.cols()), pieces(hidden));
      writer.addFloats("d_hidden", extended(extents, hidden.cols()), pieces(dHidden));
      addDoubles(writer, "loss", measured.loss());
      addDoubles(writer, "destroyed_norm", measured.destroyedNorm());
      addDoubles(writer, "logit_gradient_singular_values", measured.singularValues());
      further.addTo(writer);
      writer.write(file);
    }
  }

  private long[] tokens(long from, int count) {
    return Arrays.stream(batch.tokens(), (int) from, (int) from + count).asLongStream().toArray();
  }

  private static List<Long> extended(List<Long> extents, long last) {
    return List.of(extents.getFirst(), extents.getLast(), last);
  }

  private SafetensorsWriter.Elements<float[]> pieces(Tensor tensor) {
    Tensor flat = tensor.reshape(tensor.size());
    return (from, count) -> floats(backend, flat.slice(from, count));
  }

  private static void addDoubles(SafetensorsWriter writer, String name, double... values) {
    writer.addDoubles(
        name,
        List.of((long) values.length),
        (from, count) -> Arrays.copyOfRange(values, (int) from, (int) from + count));
  }

  private static float[] floats(Backend backend, Tensor tensor) {
    if (tensor.type() == ElementType.F32) {
      return backend.toFloats(tensor);
    }
    double[] wide = backend.toDoubles(tensor);
    float[] values = new float[wide.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) wide[i];
    }
    return values;
  }

  /** The logits in their order, from the chunk of rows that was computed last. */
  private static final class LogitPieces {
    private static final long CHUNK_BYTES = 128L << 20;

    private final Backend backend;
    private final long vocabulary;
    private final LogitRows logits;
    private long firstRow;
    private Optional<Tensor> chunk = Optional.empty();

    LogitPieces(Backend backend, TensorScope scope, Tensor hidden, Head head) {
      this.backend = backend;
      this.vocabulary = head.vocabulary();
      this.logits =
          new LogitRows(backend, scope, hidden, head.weights(scope), head.bias(), CHUNK_BYTES);
    }

    float[] read(long from, int count) {
      float[] elements = new float[count];
      for (int done = 0; done < count; ) {
        long at = from + done;
        Tensor there = chunkOf(at / vocabulary);
        long offset = at - firstRow * vocabulary;
        int length = (int) Math.min(count - done, there.size() - offset);
        float[] piece = floats(backend, there.reshape(there.size()).slice(offset, length));
        System.arraycopy(piece, 0, elements, done, length);
        done += length;
      }
      return elements;
    }

    private Tensor chunkOf(long row) {
      long first = row - row % logits.atOnce();
      if (chunk.isEmpty() || first != firstRow) {
        firstRow = first;
        chunk = Optional.of(logits.from(first));
      }
      return chunk.get();
    }
  }
}
