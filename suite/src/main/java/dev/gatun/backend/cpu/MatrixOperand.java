package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** A row-major matrix in memory, and op(matrix): itself or its transpose. */
record MatrixOperand(
    ElementType type, MemorySegment memory, Transpose transpose, int leadingDimension) {
  /** op(matrix) from element (i, j) on. */
  MatrixOperand from(int i, int j) {
    long row = transpose == Transpose.NO ? i : j;
    long col = transpose == Transpose.NO ? j : i;
    long bytes = (row * leadingDimension + col) * type.byteSize();
    return new MatrixOperand(type, memory.asSlice(bytes), transpose, leadingDimension);
  }

  /** The first [rows, cols] of op(matrix), copied into the given memory with no gaps. */
  MatrixOperand laidOut(int rows, int cols, MemorySegment to) {
    if (transpose == Transpose.YES) {
      Blas.transpose(type, cols, rows, memory, leadingDimension, to);
    } else {
      long bytes = cols * type.byteSize();
      long stride = leadingDimension * type.byteSize();
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(memory, i * stride, to, i * bytes, bytes);
      }
    }
    return new MatrixOperand(type, to, Transpose.NO, cols);
  }
}
