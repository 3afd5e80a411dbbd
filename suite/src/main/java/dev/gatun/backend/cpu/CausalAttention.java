package dev.gatun.backend.cpu;

import static dev.gatun.backend.Transpose.NO;
import static dev.gatun.backend.Transpose.YES;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Parts;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Causal attention, forward and backward; see {@link dev.gatun.backend.Backend#attention}.
 *
 * <p>Forward, every (batch, query head) pair is on its own. Backward, a (batch, key/value head)
 * pair belongs to one task, so that the gradients of its keys and values are summed in a fixed
 * order. Within it, blocks of queries are scored against the keys they may see: scratch memory
 * holds a block of scores, never all T×T. The backward pass works the scores out again and turns
 * them into probabilities with the kept normalisers (Dao et al., arXiv 2205.14135).
 */
final class CausalAttention implements Parts.CausalAttention {
  private static final int QUERY_BLOCK = 64;

  /** Tiny pairs share a task until it has about this many multiply-adds. */
  private static final long WORK_PER_TASK = 1 << 19;

  private final WorkerPool pool;

  CausalAttention(WorkerPool pool) {
    this.pool = pool;
  }

  /** packed [B, T, packedWidth], out [B, T, outputWidth], normalisers [B, heads, T, 2]. */
  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    var forward =
        new Forward(shape, Lanes.address(packed), Lanes.address(out), Lanes.address(normalisers));
    forEach(shape, shape.heads(), 1, forward::run);
  }

  /** dPacked [B, T, packedWidth] from dOut [B, T, outputWidth] and what the forward pass kept. */
  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    var backward =
        new Backward(
            shape,
            Lanes.address(packed),
            Lanes.address(out),
            Lanes.address(normalisers),
            Lanes.address(dOut),
            Lanes.address(dPacked));
    forEach(shape, shape.keyValueHeads(), 2, backward::run);
  }

  /** Work on one (batch, head) pair with scratch memory at an address. */
  private interface PairTask {
    void run(int pair, long scratch);
  }

  private void forEach(AttentionShape shape, int heads, int scoreBlocks, PairTask body) {
    int pairs = Math.multiplyExact(shape.batch(), heads);
    long perHead = (long) shape.length() * shape.length() * shape.headWidth() * scoreBlocks;
    long work = perHead * (shape.heads() / heads);
    RowChunks chunks = new RowChunks(pairs, Math.clamp(WORK_PER_TASK / work, 1, 64));
    long scratchBytes = 4L * scoreBlocks * QUERY_BLOCK * scoreStride(shape);
    pool.forEach(
        chunks.tasks(),
        scratchBytes,
        (task, scratch) -> {
          for (long pair = chunks.from(task); pair < chunks.to(task); pair++) {
            body.run((int) pair, scratch.address());
          }
        });
  }

  private static int group(AttentionShape shape) {
    return shape.heads() / shape.keyValueHeads();
  }

  /** Distance between rows of scores: whole cache lines. */
  private static int scoreStride(AttentionShape shape) {
    return Math.ceilDiv(shape.length(), 16) * 16;
  }

  /** Where the parts of the packed and output tensors are, by batch, head and position. */
  private static long packedOffset(AttentionShape shape, int batch, int head, int position) {
    long row = (long) batch * shape.length() + position;
    return 4 * (row * shape.packedWidth() + (long) head * shape.headWidth());
  }

  private static long outputOffset(AttentionShape shape, int batch, int head, int position) {
    long row = (long) batch * shape.length() + position;
    return 4 * (row * shape.outputWidth() + (long) head * shape.headWidth());
  }

  private static long normaliserOffset(AttentionShape shape, int batch, int head, int position) {
    return 8 * (((long) batch * shape.heads() + head) * shape.length() + position);
  }

  private static float scale(AttentionShape shape) {
    return (float) (1 / Math.sqrt(shape.scoreVariance()));
  }

  /** What a score is multiplied by before its tanh: 1/(c·√scoreVariance). */
  private static float toCap(AttentionShape shape) {
    return (float) (1 / (shape.scoreCap() * Math.sqrt(shape.scoreVariance())));
  }

  /** Zeroes the elements of a query's row, of {@code end}, that are of keys it does not see. */
  private static void zeroUnseen(AttentionShape shape, long row, int position, int end) {
    Lanes.zero(row, shape.firstSeen(position));
    Lanes.zero(row + 4L * (position + 1), end - position - 1);
  }

  /** Scores s to tanh(toCap·s)/toCap. */
  private static void capLoop(long x, float toCap, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector factor = Lanes.broadcast(toCap);
    FloatVector cap = Lanes.broadcast(1 / toCap);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = x + 4L * i;
      FloatVector capped = ActivationLanes.tanh(Lanes.load(at, full, rest).mul(factor)).mul(cap);
      if (full) {
        capped.intoMemorySegment(Lanes.MEMORY, at, Lanes.ORDER);
      } else {
        capped.intoMemorySegment(Lanes.MEMORY, at, Lanes.ORDER, rest);
      }
    }
  }

  private record Forward(AttentionShape shape, long packed, long out, long normalisers) {

    void run(int pair, long scores) {
      int batch = pair / shape.heads();
      int head = pair % shape.heads();
      for (int first = 0; first < shape.length(); first += QUERY_BLOCK) {
        int end = Math.min(shape.length(), first + QUERY_BLOCK);
        block(batch, head, head / group(shape), first, end, scores);
      }
    }

    private void block(int batch, int head, int shared, int first, int end, long scores) {
      int rows = end - first;
      int width = shape.headWidth();
      int stride = scoreStride(shape);
      long keys = packed + packedOffset(shape, batch, shape.heads() + shared, 0);
      long values = keys + 4L * shape.keyValueHeads() * width;
      long queries = packed + packedOffset(shape, batch, head, first);
      int packedWidth = shape.packedWidth();
      multiply(
          NO, YES, rows, end, width, queries, packedWidth, keys, packedWidth, 0, scores, stride);
      for (int row = 0; row < rows; row++) {
        long normaliser = normalisers + normaliserOffset(shape, batch, head, first + row);
        softmaxRow(scores + 4L * row * stride, first + row, end, normaliser);
      }
      long to = out + outputOffset(shape, batch, head, first);
      multiply(
          NO,
          NO,
          rows,
          width,
          end,
          scores,
          stride,
          values,
          packedWidth,
          0,
          to,
          shape.outputWidth());
    }

    /** Scores of one query to probabilities, zero where it does not see; keeps their normaliser. */
    private void softmaxRow(long row, int position, int end, long normaliser) {
      int first = shape.firstSeen(position);
      int seen = position + 1 - first;
      long x = row + 4L * first;
      if (shape.isCapped()) {
        capLoop(x, toCap(shape), seen);
      }
      float max = RowSums.maxLoop(x, seen);
      Softmax.probabilitiesLoop(x, max, scale(shape), 1f, seen);
      float inverse = 1 / RowSums.sumLoop(x, seen);
      Softmax.scaleLoop(x, inverse, seen);
      zeroUnseen(shape, row, position, end);
      setFloat(normaliser, max);
      setFloat(normaliser + 4, inverse);
    }
  }

  private record Backward(
      AttentionShape shape, long packed, long out, long normalisers, long dOut, long dPacked) {

    void run(int pair, long scratch) {
      int batch = pair / shape.keyValueHeads();
      int shared = pair % shape.keyValueHeads();
      int lastBlock = (shape.length() - 1) / QUERY_BLOCK * QUERY_BLOCK;
      // The last block sees every key: it goes first, and overwrites.
      float beta = 0;
      for (int head = shared * group(shape); head < (shared + 1) * group(shape); head++) {
        for (int first = lastBlock; first >= 0; first -= QUERY_BLOCK) {
          int end = Math.min(shape.length(), first + QUERY_BLOCK);
          block(batch, head, shared, first, end, beta, scratch);
          beta = 1;
        }
      }
    }

    private void block(
        int batch, int head, int shared, int first, int end, float beta, long scratch) {
      int rows = end - first;
      int width = shape.headWidth();
      int stride = scoreStride(shape);
      int packedWidth = shape.packedWidth();
      int outputWidth = shape.outputWidth();
      long keyOffset = packedOffset(shape, batch, shape.heads() + shared, 0);
      long valueOffset = keyOffset + 4L * shape.keyValueHeads() * width;
      long queryOffset = packedOffset(shape, batch, head, first);
      long gradient = dOut + outputOffset(shape, batch, head, first);
      long p = scratch;
      long dScores = scratch + 4L * QUERY_BLOCK * stride;
      multiply(
          NO,
          YES,
          rows,
          end,
          width,
          packed + queryOffset,
          packedWidth,
          packed + keyOffset,
          packedWidth,
          0,
          p,
          stride);
      multiply(
          NO,
          YES,
          rows,
          end,
          width,
          gradient,
          outputWidth,
          packed + valueOffset,
          packedWidth,
          0,
          dScores,
          stride);
      for (int row = 0; row < rows; row++) {
        scoreGradientRow(batch, head, first + row, end, p, dScores);
        p += 4L * stride;
        dScores += 4L * stride;
      }
      p = scratch;
      dScores = scratch + 4L * QUERY_BLOCK * stride;
      multiply(
          YES,
          NO,
          end,
          width,
          rows,
          p,
          stride,
          gradient,
          outputWidth,
          beta,
          dPacked + valueOffset,
          packedWidth);
      multiply(
          YES,
          NO,
          end,
          width,
          rows,
          dScores,
          stride,
          packed + queryOffset,
          packedWidth,
          beta,
          dPacked + keyOffset,
          packedWidth);
      multiply(
          NO,
          NO,
          rows,
          width,
          end,
          dScores,
          stride,
          packed + keyOffset,
          packedWidth,
          0,
          dPacked + queryOffset,
          packedWidth);
    }

    /** Scores to probabilities p, and their gradients dP to those of the scores. */
    private void scoreGradientRow(
        int batch, int head, int position, int end, long row, long gradientRow) {
      int first = shape.firstSeen(position);
      int seen = position + 1 - first;
      long p = row + 4L * first;
      long dScores = gradientRow + 4L * first;
      float scale = scale(shape);
      long normaliser = normalisers + normaliserOffset(shape, batch, head, position);
      long offset = outputOffset(shape, batch, head, position);
      float delta = RowSums.dotLoop(dOut + offset, out + offset, shape.headWidth());
      if (shape.isCapped()) {
        capBackwardLoop(p, toCap(shape), delta, dScores, seen);
        capLoop(p, toCap(shape), seen);
        delta = 0;
      }
      Softmax.probabilitiesLoop(p, getFloat(normaliser), scale, getFloat(normaliser + 4), seen);
      scoreGradientLoop(p, delta, scale, dScores, seen);
      zeroUnseen(shape, row, position, end);
      zeroUnseen(shape, gradientRow, position, end);
    }

    /** dP to (dP − delta)·(1 − tanh²(toCap·s)). */
    private static void capBackwardLoop(long s, float toCap, float delta, long dP, int n) {
      VectorMask<Float> rest = Lanes.rest(n);
      FloatVector factor = Lanes.broadcast(toCap);
      FloatVector mean = Lanes.broadcast(delta);
      for (int i = 0; i < n; i += Lanes.WIDTH) {
        boolean full = i <= n - Lanes.WIDTH;
        long at = 4L * i;
        FloatVector slope =
            ActivationLanes.tanhDerivative(Lanes.load(s + at, full, rest).mul(factor));
        FloatVector gradient = Lanes.load(dP + at, full, rest).sub(mean).mul(slope);
        if (full) {
          gradient.intoMemorySegment(Lanes.MEMORY, dP + at, Lanes.ORDER);
        } else {
          gradient.intoMemorySegment(Lanes.MEMORY, dP + at, Lanes.ORDER, rest);
        }
      }
    }

    /** dP ← p·(dP − delta)·scale. */
    private static void scoreGradientLoop(long p, float delta, float scale, long dP, int n) {
      VectorMask<Float> rest = Lanes.rest(n);
      for (int i = 0; i < n; i += Lanes.WIDTH) {
        boolean full = i <= n - Lanes.WIDTH;
        long at = 4L * i;
        FloatVector centred = Lanes.load(dP + at, full, rest).sub(delta);
        Lanes.store(centred.mul(Lanes.load(p + at, full, rest)).mul(scale), dP + at, full, rest);
      }
    }
  }

  /** C ← op(A)·op(B) + beta·C at addresses; {@code op(A)} [m, k], {@code op(B)} [k, n]. */
  private static void multiply(
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc) {
    Blas.sgemm(ta, tb, m, n, k, 1f, at(a), lda, at(b), ldb, beta, at(c), ldc);
  }

  // Slices of the unbounded segment have no scope: a native call with them takes no shared lock.
  private static MemorySegment at(long address) {
    return Lanes.MEMORY.asSlice(address);
  }

  private static float getFloat(long address) {
    return Lanes.MEMORY.get(ValueLayout.JAVA_FLOAT, address);
  }

  private static void setFloat(long address, float value) {
    Lanes.MEMORY.set(ValueLayout.JAVA_FLOAT, address, value);
  }
}
