package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The shapes and types that each operation of {@link Backend} takes, in one place for all devices:
 * a method per operation, which throws {@link IllegalArgumentException} with one line that names
 * the operation, the operand, what it is and what it should be.
 *
 * @param real the backend's element type for weights and activations
 * @param onHost whether the backend's tensors live in host memory
 */
record OperandChecks(ElementType real, boolean onHost) {

  /** As {@link Backend#argmaxRows}. */
  void argmaxRows(Tensor x, Tensor indices) {
    floating("argmaxRows", "x", x);
    vector("argmaxRows", "indices", indices, ElementType.I32, x.rows());
    if (x.cols() == 0) {
      throw new IllegalArgumentException("argmaxRows: x " + x + " has empty rows");
    }
  }

  /** As {@link Backend#axpy} and {@link Backend#dot}: two real tensors of one type and size. */
  void pair(String operation, Tensor x, Tensor y) {
    floating(operation, "x", x);
    vector(operation, "y", y, x.type(), x.size());
  }

  /** As {@link Backend#residualSum} and {@link Backend#residualNorm}. */
  void residual(String operation, Residual r) {
    any(operation, "residual", r.residual(), real);
    matrix(operation, "sum", r.sum(), real, r.residual().rows(), r.residual().cols());
    gemm(Transpose.NO, Transpose.YES, r.x(), r.weight(), r.sum());
    r.bias().ifPresent(bias -> bias(operation, bias, r.sum()));
  }

  /** As {@link Backend#norm}. */
  void norm(Tensor x, RowNorm norm, Tensor y) {
    switch (norm) {
      case RowNorm.Layer(Tensor weight, Tensor bias, double _, Tensor mean, Tensor rstd) ->
          layerNorm(x, weight, bias, y, mean, rstd);
      case RowNorm.RootMeanSquare(Tensor weight, double _, Tensor rstd) ->
          rmsNorm(x, weight, y, rstd);
    }
  }

  /** As {@link Backend#addDot}. */
  void addDot(Tensor x, Tensor y, Tensor sum) {
    pair("addDot", x, y);
    vector("addDot", "sum", sum, ElementType.F64, 1);
  }

  /** As {@link Backend#gradientScale}. */
  void gradientScale(Tensor sums, Tensor step) {
    vector("gradientScale", "sums", sums, ElementType.F64, Math.max(1, sums.size()));
    step("gradientScale", step);
  }

  /** The {@link StepNumbers} of a step. */
  void step(String operation, Tensor step) {
    vector(operation, "step", step, ElementType.F64, StepNumbers.SIZE);
  }

  /** One tensor of F32 or F64 elements. */
  void floating(String operation, String name, Tensor x) {
    if (!x.type().isReal()) {
      throw new IllegalArgumentException(operation + ": " + name + " " + x + " is not F32 or F64");
    }
    here(operation, name, x);
  }

  /** One tensor of I32 elements. */
  void ids(String operation, String name, Tensor x) {
    if (x.type() != ElementType.I32) {
      throw new IllegalArgumentException(operation + ": " + name + " " + x + " is not I32");
    }
    here(operation, name, x);
  }

  /** As {@link Backend#write(double[], Tensor)}, of this many values. */
  void write(long count, Tensor to) {
    floating("write", "to", to);
    fits(count, to);
  }

  /** As {@link Backend#write(int[], Tensor)}, of this many ids. */
  void writeIds(long count, Tensor to) {
    ids("write", "to", to);
    fits(count, to);
  }

  private static void fits(long count, Tensor to) {
    if (count != to.size()) {
      throw new IllegalArgumentException("write: %s values do not fit %s".formatted(count, to));
    }
  }

  /** As {@link Backend#write(Encoding, MemorySegment, Tensor)}. */
  void writeStored(Encoding encoding, MemorySegment stored, Tensor to) {
    floating("write", "to", to);
    if (stored.byteSize() != to.size() * encoding.byteSize()) {
      throw new IllegalArgumentException(
          "write: %s bytes of %s do not fit %s".formatted(stored.byteSize(), encoding, to));
    }
  }

  /** As {@link Backend#copy}. */
  void copy(Tensor from, Tensor to) {
    here("copy", "from", from);
    here("copy", "to", to);
    if (from.size() != to.size() || from.type().isReal() != to.type().isReal()) {
      throw new IllegalArgumentException("copy: " + from + " does not fit " + to);
    }
  }

  /** As {@link Backend#copyColumns}. */
  void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    matrix("copyColumns", "from", from, real, to.rows(), from.cols());
    matrix("copyColumns", "to", to, real, from.rows(), to.cols());
    columns("from", from, fromColumn, count);
    columns("to", to, toColumn, count);
  }

  private static void columns(String name, Tensor matrix, long column, long count) {
    if (column < 0 || count < 0 || count > matrix.cols() - column) {
      throw new IllegalArgumentException(
          "copyColumns: %s %s has no %s columns from %s on".formatted(name, matrix, count, column));
    }
  }

  /** As {@link Backend#gemm}. */
  void gemm(Transpose ta, Transpose tb, Tensor a, Tensor b, Tensor c) {
    floating("gemm", "A", a);
    long m = ta == Transpose.NO ? a.rows() : a.cols();
    long k = ta == Transpose.NO ? a.cols() : a.rows();
    long n = tb == Transpose.NO ? b.cols() : b.rows();
    matrix("gemm", "B", b, a.type(), tb == Transpose.NO ? k : n, tb == Transpose.NO ? n : k);
    matrix("gemm", "C", c, a.type(), m, n);
  }

  /** As {@link Backend#syrk}. */
  void syrk(Transpose transpose, Tensor a, Tensor c) {
    floating("syrk", "A", a);
    long n = transpose == Transpose.NO ? a.rows() : a.cols();
    matrix("syrk", "C", c, ElementType.F64, n, n);
  }

  /** As {@link Backend#symmetricEigenvalues} and {@link Backend#symmetricEigenvectors}. */
  void symmetricEigen(String operation, Tensor a, Tensor eigenvalues) {
    square(operation, a);
    vector(operation, "eigenvalues", eigenvalues, a.type(), a.rows());
  }

  /** As {@link Backend#singularValues}. */
  void singularValues(Tensor a, Tensor values) {
    floating("singularValues", "A", a);
    vector("singularValues", "singularValues", values, a.type(), Math.min(a.rows(), a.cols()));
  }

  /** As {@link Backend#svd}. */
  void svd(Tensor a, Tensor u, Tensor values, Tensor vt) {
    floating("svd", "A", a);
    long k = Math.min(a.rows(), a.cols());
    matrix("svd", "U", u, a.type(), a.rows(), k);
    vector("svd", "singularValues", values, a.type(), k);
    matrix("svd", "Vt", vt, a.type(), k, a.cols());
  }

  /** As {@link Backend#qr}. */
  void qr(Tensor a, Tensor r) {
    floating("qr", "A", a);
    if (a.rows() < a.cols()) {
      throw new IllegalArgumentException("qr: A " + a + " has fewer rows than columns");
    }
    matrix("qr", "R", r, a.type(), a.cols(), a.cols());
  }

  /** As {@link Backend#cholesky}. */
  void cholesky(Tensor a) {
    square("cholesky", a);
  }

  /** As {@link Backend#choleskySolve}. */
  void choleskySolve(Tensor l, Tensor b) {
    square("choleskySolve", l);
    matrix("choleskySolve", "B", b, l.type(), l.rows(), b.cols());
  }

  /** As {@link Backend#embedding} and its backward pass. */
  void embedding(String operation, Tensor table, Tensor ids, Tensor rows) {
    any(operation, "table", table, real);
    vector(operation, "ids", ids, ElementType.I32, ids.size());
    matrix(operation, "rows", rows, real, ids.size(), table.cols());
    within(operation, ids, 0, table.rows());
  }

  /** As {@link Backend#addBias} and its backward pass. */
  void bias(String operation, Tensor bias, Tensor x) {
    any(operation, "x", x, real);
    vector(operation, "bias", bias, real, x.cols());
  }

  /** As {@link Backend#layerNorm}. */
  void layerNorm(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor mean, Tensor rstd) {
    any("layerNorm", "x", x, real);
    vector("layerNorm", "weight", weight, real, x.cols());
    vector("layerNorm", "bias", bias, real, x.cols());
    matrix("layerNorm", "y", y, real, x.rows(), x.cols());
    vector("layerNorm", "mean", mean, real, x.rows());
    vector("layerNorm", "rstd", rstd, real, x.rows());
  }

  /** As {@link Backend#layerNormBackward}. */
  void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias) {
    any("layerNormBackward", "x", x, real);
    matrix("layerNormBackward", "dY", dY, real, x.rows(), x.cols());
    vector("layerNormBackward", "weight", weight, real, x.cols());
    vector("layerNormBackward", "mean", mean, real, x.rows());
    vector("layerNormBackward", "rstd", rstd, real, x.rows());
    matrix("layerNormBackward", "dX", dX, real, x.rows(), x.cols());
    vector("layerNormBackward", "dWeight", dWeight, real, x.cols());
    vector("layerNormBackward", "dBias", dBias, real, x.cols());
  }

  /** As {@link Backend#rmsNorm}. */
  void rmsNorm(Tensor x, Tensor weight, Tensor y, Tensor rstd) {
    any("rmsNorm", "x", x, real);
    vector("rmsNorm", "weight", weight, real, x.cols());
    matrix("rmsNorm", "y", y, real, x.rows(), x.cols());
    vector("rmsNorm", "rstd", rstd, real, x.rows());
  }

  /** As {@link Backend#rmsNormBackward}. */
  void rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    any("rmsNormBackward", "x", x, real);
    matrix("rmsNormBackward", "dY", dY, real, x.rows(), x.cols());
    vector("rmsNormBackward", "weight", weight, real, x.cols());
    vector("rmsNormBackward", "rstd", rstd, real, x.rows());
    matrix("rmsNormBackward", "dX", dX, real, x.rows(), x.cols());
    vector("rmsNormBackward", "dWeight", dWeight, real, x.cols());
  }

  /** Tensors of the backend's real type that all have the first one's size. */
  void sameSize(String operation, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      vector(operation, "an operand", tensor, real, tensors[0].size());
    }
  }

  /** As {@link Backend#gated} and its backward pass: x [N, 2F], y [N, F]. */
  void gated(String operation, Tensor x, Tensor y) {
    any(operation, "y", y, real);
    matrix(operation, "x", x, real, y.rows(), 2 * y.cols());
  }

  /** As {@link Backend#rotary} and its backward pass. */
  void rotary(String operation, AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    packed(operation, "packed", shape, packed);
    any(operation, "cos", cos, real);
    matrix(operation, "cos", cos, real, shape.length(), cos.cols());
    matrix(operation, "sin", sin, real, shape.length(), cos.cols());
    if (2 * cos.cols() > shape.headWidth()) {
      throw new IllegalArgumentException(
          "%s: cos %s turns more than the head width of %s"
              .formatted(operation, cos, shape.headWidth()));
    }
  }

  /** As {@link Backend#attention}. */
  void attention(
      String operation, AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    long rows = (long) shape.batch() * shape.length();
    packed(operation, "packed", shape, packed);
    matrix(operation, "out", out, real, rows, shape.outputWidth());
    vector(operation, "normalisers", normalisers, real, rows * shape.heads() * 2);
  }

  /** As {@link Backend#attentionBackward}. */
  void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    attention("attentionBackward", shape, packed, out, normalisers);
    matrix("attentionBackward", "dOut", dOut, real, out.rows(), out.cols());
    packed("attentionBackward", "dPacked", shape, dPacked);
  }

  /** As {@link Backend#crossEntropy} and {@link Backend#crossEntropyLoss}. */
  void crossEntropy(String operation, Tensor logits, Tensor targets, Tensor losses) {
    perRow(operation, logits, losses);
    vector(operation, "targets", targets, ElementType.I32, logits.rows());
    within(operation, targets, -1, logits.cols());
  }

  /** As {@link Backend#crossEntropyColumns}. */
  void crossEntropyColumns(String operation, Tensor logits, LogSumExp logSumExp, Tensor targets) {
    logSumExpRows(operation, logits, logSumExp);
    vector(operation, "targets", targets, ElementType.I32, logits.rows());
  }

  /** As {@link Backend#weightedCrossEntropyColumns}. */
  void weightedCrossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, Tensor weights) {
    String operation = "weightedCrossEntropyColumns";
    crossEntropyColumns(operation, logits, logSumExp, targets);
    vector(operation, "weights", weights, real, logits.rows());
  }

  /** As {@link Backend#logSumExpRows}. */
  void logSumExpRows(String operation, Tensor logits, LogSumExp logSumExp) {
    perRow(operation, logits, logSumExp.max());
    perRow(operation, logits, logSumExp.rest());
  }

  /** A number for each non-empty row of logits. */
  private void perRow(String operation, Tensor logits, Tensor perRow) {
    any(operation, "logits", logits, real);
    vector(operation, "a result per row", perRow, real, logits.rows());
    if (logits.cols() == 0) {
      throw new IllegalArgumentException(operation + ": logits " + logits + " has no classes");
    }
  }

  /**
   * Ids or classes that all lie in [least, limit). A device looks at those in its own memory
   * itself.
   */
  private void within(String operation, Tensor ids, int least, long limit) {
    if (!onHost) {
      return;
    }
    MemorySegment memory = ids.memory();
    for (long i = 0; i < ids.size(); i++) {
      int id = memory.getAtIndex(ValueLayout.JAVA_INT, i);
      if (id < least || id >= limit) {
        throw new IllegalArgumentException(
            "%s: id %s at %s is outside %s to %s".formatted(operation, id, i, least, limit - 1));
      }
    }
  }

  private void packed(String operation, String name, AttentionShape shape, Tensor packed) {
    long rows = (long) shape.batch() * shape.length();
    matrix(operation, name, packed, real, rows, shape.packedWidth());
  }

  private void square(String operation, Tensor a) {
    floating(operation, "A", a);
    matrix(operation, "A", a, a.type(), a.cols(), a.cols());
  }

  private void any(String operation, String name, Tensor tensor, ElementType type) {
    matrix(operation, name, tensor, type, tensor.rows(), tensor.cols());
  }

  private void vector(String operation, String name, Tensor tensor, ElementType type, long size) {
    here(operation, name, tensor);
    if (tensor.type() != type || tensor.size() != size) {
      throw new IllegalArgumentException(
          "%s: %s is %s, expected %s with %s elements"
              .formatted(operation, name, tensor, type, size));
    }
  }

  private void matrix(
      String operation, String name, Tensor tensor, ElementType type, long rows, long cols) {
    here(operation, name, tensor);
    if (tensor.type() != type || tensor.rows() != rows || tensor.cols() != cols) {
      throw new IllegalArgumentException(
          "%s: %s is %s, expected %s with %s rows of %s"
              .formatted(operation, name, tensor, type, rows, cols));
    }
  }

  private void here(String operation, String name, Tensor tensor) {
    if (tensor.isOnHost() != onHost) {
      throw new IllegalArgumentException(
          "%s: %s %s is %s memory"
              .formatted(operation, name, tensor, tensor.isOnHost() ? "in host" : "in device"));
    }
    if (!tensor.memory().scope().isAlive()) {
      throw new IllegalStateException(
          "%s: %s %s belongs to a closed scope".formatted(operation, name, tensor));
    }
  }
}
