package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Matrix products over the pool: single-threaded BLAS calls on the tiles of a {@link Tiling}. */
final class MatrixProducts implements Parts.MatrixProducts {
  private final WorkerPool pool;
  private final Tiling.Unpacked unpacked;
  private final int rowsFor;
  private final Scratch partialSums;

  /**
   * @param unpacked which products are cut for kernels that skip packing
   * @param rowsFor number of threads that the rows of other products are cut for
   */
  MatrixProducts(WorkerPool pool, Tiling.Unpacked unpacked, int rowsFor) {
    this.pool = pool;
    this.unpacked = unpacked;
    this.rowsFor = rowsFor;
    this.partialSums = pool.newScratch();
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    ElementType type = c.type();
    int m = Math.toIntExact(c.rows());
    int n = Math.toIntExact(c.cols());
    int k = Math.toIntExact(ta == Transpose.NO ? a.cols() : a.rows());
    if (m == 0 || n == 0) {
      return;
    }
    Tiling tiling = Tiling.of(type, ta, tb, m, n, k, unpacked, rowsFor);
    var left = new MatrixOperand(type, a.memory(), ta, Math.max(1, ta == Transpose.NO ? k : m));
    var right = new MatrixOperand(type, b.memory(), tb, Math.max(1, tb == Transpose.NO ? n : k));
    var product = new TiledProduct(tiling, alpha, left, right);
    long bytes = (long) m * n * type.byteSize();
    int pieces = tiling.pieces();
    MemorySegment partials =
        pieces > 1 ? partialSums.segment((pieces - 1) * bytes) : MemorySegment.NULL;
    pool.forEach(
        tiling.tiles(),
        tiling.layoutElements() * type.byteSize(),
        (tile, scratch) -> {
          int piece = tiling.piece(tile);
          if (piece == 0) {
            product.run(tile, beta, c.memory(), scratch);
          } else {
            product.run(tile, 0, partials.asSlice((piece - 1) * bytes, bytes), scratch);
          }
        });
    if (pieces > 1) {
      SumReduction.addPieces(pool, type, partials, pieces - 1, c.memory());
    }
  }
}
