package dev.gatun.model.checkpoint;

import dev.gatun.model.ParameterSpec;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Shape;
import java.util.stream.IntStream;

/**
 * How checkpoints order the elements of a parameter. A parameter is read as a matrix of its first
 * extent's rows, a vector as a matrix of one column.
 */
sealed interface CheckpointForm {
  /** Rows and columns of a tile that is copied at once, so that both sides stay in the cache. */
  int TILE = 32;

  /** As here. */
  record Same() implements CheckpointForm {
    @Override
    public Shape shape(Shape here) {
      return here;
    }

    @Override
    public int index(int rows, int cols, int row, int col) {
      return row * cols + col;
    }
  }

  /** As [in, out] (GPT-2's Conv1D). */
  record Transposed() implements CheckpointForm {
    @Override
    public Shape shape(Shape here) {
      return Shape.of(here.extent(1), here.extent(0));
    }

    @Override
    public int index(int rows, int cols, int row, int col) {
      return col * rows + row;
    }
  }

  /**
   * The rows of queries, keys and values head by head (GPT-NeoX): those of a head's query, of its
   * key, of its value, then the next head's. Here all queries come first.
   */
  record HeadByHead(int heads) implements CheckpointForm {
    @Override
    public Shape shape(Shape here) {
      return here;
    }

    @Override
    public int index(int rows, int cols, int row, int col) {
      return storedRow(rows, row) * cols + col;
    }

    /** For each row of the parameter, the checkpoint's row that holds it. */
    int[] storedRows(int rows) {
      return IntStream.range(0, rows).map(row -> storedRow(rows, row)).toArray();
    }

    private int storedRow(int rows, int row) {
      int headWidth = rows / (3 * heads);
      int part = row / (heads * headWidth);
      int head = row / headWidth % heads;
      return (head * 3 + part) * headWidth + row % headWidth;
    }
  }

  /** How checkpoints of a model's family order a parameter. */
  static CheckpointForm of(TransformerConfig config, ParameterSpec spec) {
    return switch (config.family()) {
      case GPT2 ->
          spec.isMatrix() && spec.name().startsWith("transformer.h.")
              ? new Transposed()
              : new Same();
      case GPT_NEOX ->
          spec.name().contains(".attention.query_key_value.")
              ? new HeadByHead(config.heads())
              : new Same();
      default -> new Same();
    };
  }

  /** Shape in the checkpoint of a parameter that has this shape here. */
  Shape shape(Shape here);

  /** Where in the checkpoint's tensor the element at a row and column of the parameter lies. */
  int index(int rows, int cols, int row, int col);

  /** The elements of a parameter, from those of the checkpoint. */
  default double[] fromCheckpoint(Shape here, double[] stored) {
    double[] elements = new double[stored.length];
    forEach(here, (at, storedAt) -> elements[at] = stored[storedAt]);
    return elements;
  }

  /** The elements of the checkpoint, from those of a parameter. */
  default float[] toCheckpoint(Shape here, float[] elements) {
    float[] stored = new float[elements.length];
    forEach(here, (at, storedAt) -> stored[storedAt] = elements[at]);
    return stored;
  }

  /** As above, in f64. */
  default double[] toCheckpoint(Shape here, double[] elements) {
    double[] stored = new double[elements.length];
    forEach(here, (at, storedAt) -> stored[storedAt] = elements[at]);
    return stored;
  }

  /** An element's place here and in the checkpoint. */
  @FunctionalInterface
  interface Places {
    void visit(int at, int storedAt);
  }

  private void forEach(Shape here, Places visitor) {
    int rows = Math.toIntExact(here.extent(0));
    int cols = rows == 0 ? 0 : Math.toIntExact(here.size() / rows);
    for (int top = 0; top < rows; top += TILE) {
      for (int left = 0; left < cols; left += TILE) {
        for (int row = top; row < Math.min(rows, top + TILE); row++) {
          for (int col = left; col < Math.min(cols, left + TILE); col++) {
            visitor.visit(row * cols + col, index(rows, cols, row, col));
          }
        }
      }
    }
  }
}
