package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.cuda.CudnnGraph.Node;
import dev.gatun.bindings.cudnn.CuDnn;
import java.lang.foreign.MemorySegment;

/**
 * Causal attention as graphs of cuDNN's operations, in the forms that it fuses: queries, keys and
 * values are views of one packed tensor [B, T, packedWidth] of bfloat16, which is also the form of
 * their gradients. P = softmax(S), S = Q·Kᵀ/√variance where a query sees the key.
 */
final class CudnnAttentionGraph {
  /** What is in memory when a plan runs; the constant's id is its place. */
  enum Operand {
    /** Parts of the packed tensor. */
    QUERIES,
    KEYS,
    VALUES,
    /** O = P·V [B, T, outputWidth] bfloat16. */
    OUT,
    /** The logarithms of the sums of eˢ [B, heads, T] F32. */
    LOG_SUMS,
    D_OUT,
    /** Parts of the packed gradient. */
    D_QUERIES,
    D_KEYS,
    D_VALUES,
    /** Sums of dO·O [B, heads, T] F32. */
    DELTAS,
    /** 1/√variance. */
    SCALE,
    /** The score of a key that is not seen. */
    UNSEEN,
    ONE;

    long id() {
      return ordinal() + 1L;
    }
  }

  private static final int BF16 = CuDnn.CUDNN_DATA_BFLOAT16();
  private static final int F32 = CuDnn.CUDNN_DATA_FLOAT();

  private final CudnnGraph graph;
  private final AttentionShape shape;

  private CudnnAttentionGraph(CudnnDescriptors descriptors, AttentionShape shape) {
    this.graph = new CudnnGraph(descriptors);
    this.shape = shape;
  }

  /** The graph that computes OUT and LOG_SUMS. */
  static MemorySegment forward(
      CudnnDescriptors descriptors, AttentionShape shape, CudnnTarget target) {
    var attention = new CudnnAttentionGraph(descriptors, shape);
    attention.addForward();
    return attention.graph.finish(target);
  }

  /**
   * The graph that computes D_QUERIES, D_KEYS, D_VALUES, and DELTAS on the way.
   *
   * <p>dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P·(dP − Σ dO·O)/√variance, dK = dSᵀ·Q, dQ = dS·K. The gradient
   * of the queries is asked for as it is stored, without a sum in F32 memory before it: to that sum
   * cuDNN's kernels would add in any order.
   */
  static MemorySegment backward(
      CudnnDescriptors descriptors, AttentionShape shape, CudnnTarget target) {
    var attention = new CudnnAttentionGraph(descriptors, shape);
    attention.addBackward();
    return attention.graph.finish(target);
  }

  private void addForward() {
    Node queries = packed(Operand.QUERIES, false);
    Node keys = packed(Operand.KEYS, true);
    Node scale = graph.scalar(Operand.SCALE.id());
    Node unseen = graph.scalar(Operand.UNSEEN.id());
    Node scores = graph.matmul(queries, keys, scores());
    Node scaled = graph.map(CuDnn.CUDNN_POINTWISE_MUL(), scores, scale, scores());
    Node seen = graph.causal(scaled, unseen, scores());
    Node largest = graph.reduce(CuDnn.CUDNN_REDUCE_TENSOR_MAX(), seen, perQuery());
    Node below = graph.map(CuDnn.CUDNN_POINTWISE_SUB(), seen, largest, scores());
    Node powers = graph.map(CuDnn.CUDNN_POINTWISE_EXP(), below, scores());
    Node sums = graph.reduce(CuDnn.CUDNN_REDUCE_TENSOR_ADD(), powers, perQuery());
    Node logs = graph.map(CuDnn.CUDNN_POINTWISE_LOG(), sums, perQuery());
    graph.map(CuDnn.CUDNN_POINTWISE_ADD(), largest, logs, perQuery(Operand.LOG_SUMS));
    Node probabilities =
        graph.map(CuDnn.CUDNN_POINTWISE_DIV(), powers, sums, graph.like(BF16, scores));
    graph.matmul(probabilities, packed(Operand.VALUES, false), output(Operand.OUT));
  }

  private void addBackward() {
    Node queries = packed(Operand.QUERIES, false);
    Node keys = packed(Operand.KEYS, true);
    Node dOut = output(Operand.D_OUT);
    Node scale = graph.scalar(Operand.SCALE.id());
    Node deltas = addDeltas(dOut);
    Node powers = addProbabilities(queries, keys, scale);
    addSharedProduct(powers, dOut, Operand.D_VALUES);
    Node dProbabilities = graph.matmul(dOut, packed(Operand.VALUES, true), scores());
    Node centred = graph.map(CuDnn.CUDNN_POINTWISE_SUB(), dProbabilities, deltas, scores());
    Node weighted = graph.map(CuDnn.CUDNN_POINTWISE_MUL(), centred, powers, scores());
    Node dScores = graph.map(CuDnn.CUDNN_POINTWISE_MUL(), weighted, scale, scores());
    addSharedProduct(dScores, queries, Operand.D_KEYS);
    graph.matmul(dScores, graph.transpose(BF16, keys), packed(Operand.D_QUERIES, false));
  }

  /** Σ dO·O for each query. */
  private Node addDeltas(Node dOut) {
    Node products =
        graph.map(
            CuDnn.CUDNN_POINTWISE_MUL(),
            dOut,
            output(Operand.OUT),
            graph.virtual(F32, dOut.extents(), dOut.strides()));
    Node sums = graph.reduce(CuDnn.CUDNN_REDUCE_TENSOR_ADD(), products, perQuery());
    return graph.map(
        CuDnn.CUDNN_POINTWISE_MUL(),
        sums,
        graph.scalar(Operand.ONE.id()),
        perQuery(Operand.DELTAS));
  }

  /** P once more, from the logarithms of the sums. */
  private Node addProbabilities(Node queries, Node keys, Node scale) {
    Node scores = graph.matmul(queries, keys, scores());
    Node scaled = graph.map(CuDnn.CUDNN_POINTWISE_MUL(), scores, scale, scores());
    Node below =
        graph.map(CuDnn.CUDNN_POINTWISE_SUB(), scaled, perQuery(Operand.LOG_SUMS), scores());
    Node seen = graph.causal(below, graph.scalar(Operand.UNSEEN.id()), scores());
    return graph.map(CuDnn.CUDNN_POINTWISE_EXP(), seen, scores());
  }

  /** weightsᵀ·rows, added up over the query heads that share a key/value head. */
  private void addSharedProduct(Node weights, Node rows, Operand result) {
    Node transposed = graph.transpose(BF16, weights);
    if (shape.heads() == shape.keyValueHeads()) {
      graph.matmul(transposed, rows, packed(result, false));
    } else {
      Node each =
          graph.dense(BF16, shape.batch(), shape.heads(), shape.length(), shape.headWidth());
      graph.matmul(transposed, rows, each);
      graph.reduce(CuDnn.CUDNN_REDUCE_TENSOR_ADD(), each, packed(result, false));
    }
  }

  /**
   * A part of a packed tensor: [B, heads of the part, T, headWidth], or its transposed matrices.
   */
  private Node packed(Operand part, boolean transposed) {
    boolean ofQueries = part == Operand.QUERIES || part == Operand.D_QUERIES;
    long heads = ofQueries ? shape.heads() : shape.keyValueHeads();
    long width = shape.headWidth();
    long row = shape.packedWidth();
    long batch = shape.length() * row;
    return transposed
        ? graph.memory(
            part.id(),
            BF16,
            new long[] {shape.batch(), heads, width, shape.length()},
            batch,
            width,
            1,
            row)
        : graph.memory(
            part.id(),
            BF16,
            new long[] {shape.batch(), heads, shape.length(), width},
            batch,
            width,
            row,
            1);
  }

  /** [B, heads, T, headWidth], stored as [B, T, outputWidth]. */
  private Node output(Operand operand) {
    long row = shape.outputWidth();
    return graph.memory(
        operand.id(),
        BF16,
        new long[] {shape.batch(), shape.heads(), shape.length(), shape.headWidth()},
        shape.length() * row,
        shape.headWidth(),
        row,
        1);
  }

  /** [B, heads, T, 1] in memory. */
  private Node perQuery(Operand operand) {
    long length = shape.length();
    return graph.memory(
        operand.id(),
        F32,
        new long[] {shape.batch(), shape.heads(), length, 1},
        shape.heads() * length,
        length,
        1,
        1);
  }

  private Node perQuery() {
    return graph.dense(F32, shape.batch(), shape.heads(), shape.length(), 1);
  }

  private Node scores() {
    return graph.dense(F32, shape.batch(), shape.heads(), shape.length(), shape.length());
  }
}
