package dev.gatun.model.head;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * How the logit gradient G [N, V] flows back through a linear head L = H·Wᵀ, W [V, D]. The forward
 * pass, and with it every loss, is the exact one whichever is chosen; all but {@link Exact} exist
 * to take one part of the gradient away and see what training loses.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
public sealed interface HeadBackward {
  /** Backpropagation: dH = G·W, dW = Gᵀ·H. */
  HeadBackward EXACT = new Exact();

  /** Backpropagation: dH = G·W, dW = Gᵀ·H. */
  record Exact() implements HeadBackward {}

  /**
   * Hidden states see the gradient through a head of lower rank: dH = G·W_r, where W_r = W·Q·Qᵀ is
   * the best approximation of W of rank r, and Q [D, r] holds its r leading right singular vectors.
   * Taken anew from W at every pass, so that it is a function of the parameters alone and a resumed
   * run goes on as before. The head's own gradient is exact, dW = Gᵀ·H. With r = D nothing is taken
   * away.
   *
   * <p>Each pass also forms WᵀW in f64, solves a D×D eigenproblem and multiplies W by a D×D matrix;
   * V×D more numbers are held.
   *
   * @param rank r, from 1 to D
   */
  record RankLimited(int rank) implements HeadBackward {
    /** Checks that it is positive. */
    public RankLimited {
      if (rank < 1) {
        throw new IllegalArgumentException(
            "the rank of a backward pass must be at least 1, not " + rank);
      }
    }
  }

  /**
   * The head's weights see only that part of G that hidden states see: dW = (G·P_W)ᵀ·H with P_W =
   * W·(WᵀW)⁺·Wᵀ the orthogonal projector on the column space of W. Hidden states keep dH = G·W,
   * which is G·P_W·W. Computed as dW = W·(WᵀW)⁺·(dHᵀ·H), without G; its relative rounding error is
   * that of dH times the condition number of W. Directions of W below √(V·2⁻⁵²) of the largest
   * singular value count as absent.
   */
  record WithoutOrthogonalPart() implements HeadBackward {}
}
