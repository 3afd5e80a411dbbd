package dev.gatun.backend.cuda;

import dev.gatun.bindings.cudnn.CuDnn;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph of operations that cuDNN is to fuse into one plan. Tensors have four extents, and strides
 * in elements. Those with an id are in memory when the plan runs; the others, virtual ones, exist
 * only inside it. Computes in F32.
 */
final class CudnnGraph {
  private static final int ALIGNMENT = 16;

  /** Ids of virtual tensors, which nobody asks for, begin here. */
  private static final long FIRST_VIRTUAL = 1000;

  /**
   * A tensor of the graph.
   *
   * @param descriptor finished
   */
  record Node(MemorySegment descriptor, long[] extents, long[] strides) {}

  private final CudnnDescriptors descriptors;
  private final List<MemorySegment> operations = new ArrayList<>();
  private long nextVirtual = FIRST_VIRTUAL;

  CudnnGraph(CudnnDescriptors descriptors) {
    this.descriptors = descriptors;
  }

  /** A tensor in device memory. */
  Node memory(long id, int dataType, long[] extents, long... strides) {
    return node(id, dataType, extents, strides, false, false);
  }

  /** One F32 in host memory, read when the plan is run. */
  Node scalar(long id) {
    long[] one = {1, 1, 1, 1};
    return node(id, CuDnn.CUDNN_DATA_FLOAT(), one, one, false, true);
  }

  /** A virtual tensor. */
  Node virtual(int dataType, long[] extents, long... strides) {
    return node(nextVirtual++, dataType, extents, strides, true, false);
  }

  /** A virtual tensor with the extents of another, whose rows follow each other. */
  Node like(int dataType, Node other) {
    return dense(dataType, other.extents);
  }

  /** A virtual tensor whose rows follow each other. */
  Node dense(int dataType, long... extents) {
    long plane = extents[2] * extents[3];
    return virtual(dataType, extents, extents[1] * plane, plane, extents[3], 1);
  }

  private Node node(
      long id, int dataType, long[] extents, long[] strides, boolean virtual, boolean byValue) {
    MemorySegment tensor = descriptors.create(CuDnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR());
    descriptors.setLongs(tensor, CuDnn.CUDNN_ATTR_TENSOR_UNIQUE_ID(), id);
    descriptors.setConstant(
        tensor, CuDnn.CUDNN_ATTR_TENSOR_DATA_TYPE(), CuDnn.CUDNN_TYPE_DATA_TYPE(), dataType);
    descriptors.setLongs(tensor, CuDnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT(), ALIGNMENT);
    descriptors.setLongs(tensor, CuDnn.CUDNN_ATTR_TENSOR_DIMENSIONS(), extents);
    descriptors.setLongs(tensor, CuDnn.CUDNN_ATTR_TENSOR_STRIDES(), strides);
    descriptors.setFlag(tensor, CuDnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL(), virtual);
    descriptors.setFlag(tensor, CuDnn.CUDNN_ATTR_TENSOR_IS_BY_VALUE(), byValue);
    return new Node(descriptors.finish(tensor, "tensor " + id), extents, strides);
  }

  /** c = a·b for each batch and head; heads of b that a has more of are shared evenly. */
  Node matmul(Node a, Node b, Node c) {
    MemorySegment product = descriptors.create(CuDnn.CUDNN_BACKEND_MATMUL_DESCRIPTOR());
    setFloat(product, CuDnn.CUDNN_ATTR_MATMUL_COMP_TYPE());
    descriptors.finish(product, "matmul");
    MemorySegment operation = descriptors.create(CuDnn.CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR());
    descriptors.setDescriptors(operation, CuDnn.CUDNN_ATTR_OPERATION_MATMUL_DESC(), product);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_MATMUL_ADESC(), a);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_MATMUL_BDESC(), b);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_MATMUL_CDESC(), c);
    return add(operation, c);
  }

  /** y = f(x), elementwise. */
  Node map(int mode, Node x, Node y) {
    return add(pointwise(mode, CuDnn.CUDNN_DATA_FLOAT(), x, y), y);
  }

  /** y = f(x, b), elementwise; b is repeated along extents of 1. */
  Node map(int mode, Node x, Node b, Node y) {
    return map(mode, CuDnn.CUDNN_DATA_FLOAT(), x, b, y);
  }

  /** y = x where each row's index is not below its column's, else b. */
  Node causal(Node x, Node b, Node y) {
    Node row = index(x, 2);
    Node column = index(x, 3);
    int bool = CuDnn.CUDNN_DATA_BOOLEAN();
    Node seen = map(CuDnn.CUDNN_POINTWISE_CMP_GE(), bool, row, column, like(bool, x));
    MemorySegment operation =
        pointwise(CuDnn.CUDNN_POINTWISE_BINARY_SELECT(), CuDnn.CUDNN_DATA_FLOAT(), x, y);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC(), b);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_TDESC(), seen);
    return add(operation, y);
  }

  private Node map(int mode, int precision, Node x, Node b, Node y) {
    MemorySegment operation = pointwise(mode, precision, x, y);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC(), b);
    return add(operation, y);
  }

  private Node index(Node x, int axis) {
    Node y = like(CuDnn.CUDNN_DATA_INT32(), x);
    MemorySegment function = function(CuDnn.CUDNN_POINTWISE_GEN_INDEX(), CuDnn.CUDNN_DATA_FLOAT());
    descriptors.setLongs(function, CuDnn.CUDNN_ATTR_POINTWISE_AXIS(), axis);
    return add(pointwise(function, x, y), y);
  }

  private MemorySegment pointwise(int mode, int precision, Node x, Node y) {
    return pointwise(function(mode, precision), x, y);
  }

  private MemorySegment function(int mode, int precision) {
    MemorySegment function = descriptors.create(CuDnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR());
    descriptors.setConstant(
        function, CuDnn.CUDNN_ATTR_POINTWISE_MODE(), CuDnn.CUDNN_TYPE_POINTWISE_MODE(), mode);
    descriptors.setConstant(
        function, CuDnn.CUDNN_ATTR_POINTWISE_MATH_PREC(), CuDnn.CUDNN_TYPE_DATA_TYPE(), precision);
    return function;
  }

  private MemorySegment pointwise(MemorySegment function, Node x, Node y) {
    descriptors.finish(function, "elementwise function");
    MemorySegment operation =
        descriptors.create(CuDnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR());
    descriptors.setDescriptors(
        operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR(), function);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC(), x);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC(), y);
    return operation;
  }

  /**
   * y = the sum or the largest of what x has where y has less: a {@code CUDNN_REDUCE_} operator.
   */
  Node reduce(int operator, Node x, Node y) {
    MemorySegment reduction = descriptors.create(CuDnn.CUDNN_BACKEND_REDUCTION_DESCRIPTOR());
    setFloat(reduction, CuDnn.CUDNN_ATTR_REDUCTION_COMP_TYPE());
    descriptors.setConstant(
        reduction,
        CuDnn.CUDNN_ATTR_REDUCTION_OPERATOR(),
        CuDnn.CUDNN_TYPE_REDUCTION_OPERATOR_TYPE(),
        operator);
    descriptors.finish(reduction, "reduction");
    MemorySegment operation =
        descriptors.create(CuDnn.CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR());
    descriptors.setDescriptors(operation, CuDnn.CUDNN_ATTR_OPERATION_REDUCTION_DESC(), reduction);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_REDUCTION_XDESC(), x);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_REDUCTION_YDESC(), y);
    return add(operation, y);
  }

  /** The same elements with rows and columns exchanged, rounded to a type. */
  Node transpose(int dataType, Node x) {
    long[] n = x.extents;
    long[] s = x.strides;
    Node y = virtual(dataType, new long[] {n[0], n[1], n[3], n[2]}, s[0], s[1], s[3], s[2]);
    MemorySegment operation =
        descriptors.create(CuDnn.CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR());
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_RESHAPE_XDESC(), x);
    set(operation, CuDnn.CUDNN_ATTR_OPERATION_RESHAPE_YDESC(), y);
    return add(operation, y);
  }

  private void setFloat(MemorySegment descriptor, int attribute) {
    descriptors.setConstant(
        descriptor, attribute, CuDnn.CUDNN_TYPE_DATA_TYPE(), CuDnn.CUDNN_DATA_FLOAT());
  }

  private void set(MemorySegment operation, int attribute, Node node) {
    descriptors.setDescriptors(operation, attribute, node.descriptor);
  }

  private Node add(MemorySegment operation, Node result) {
    operations.add(descriptors.finish(operation, "operation " + operations.size()));
    return result;
  }

  /** The whole graph as a descriptor to plan from. */
  MemorySegment finish(CudnnTarget target) {
    MemorySegment graph = descriptors.create(CuDnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR());
    target.aimGraph(descriptors, graph);
    descriptors.setDescriptors(
        graph, CuDnn.CUDNN_ATTR_OPERATIONGRAPH_OPS(), operations.toArray(MemorySegment[]::new));
    return descriptors.finish(graph, "graph of %s operations".formatted(operations.size()));
  }
}
