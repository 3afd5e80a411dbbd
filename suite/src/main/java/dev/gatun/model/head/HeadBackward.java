package dev.gatun.model.head;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * How the logit gradient G [N, V] flows back through a linear head L = H·Wᵀ, W [V, D]. The forward
 * pass, and with it every loss, is the exact one whichever is chosen but {@link NarrowForward}; all
 * but {@link Exact} exist to change one part of the gradient and see what that does to training.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
public sealed interface HeadBackward {
  /** Backpropagation: dH = G·W, dW = Gᵀ·H. */
  HeadBackward EXACT = new Exact();

  /** Backpropagation: dH = G·W, dW = Gᵀ·H. */
  record Exact() implements HeadBackward {}

  /** The r directions of the hidden states that a head of lower rank keeps. */
  enum Directions {
    /** The right singular vectors of the largest singular values: the best approximation of W. */
    LEADING,
    /** The directions of its smallest singular values. */
    TRAILING,
    /** Uniformly random ones, which stay the same. */
    RANDOM
  }

  /**
   * Hidden states see the gradient through a head of lower rank: dH = G·W_r, where W_r = W·Q·Qᵀ and
   * Q [D, r] holds orthonormal directions. The head's own gradient is exact, dW = Gᵀ·H. With r = D
   * nothing is taken away but what W changes between two renewals of W_r.
   *
   * <p>W_r is renewed at the first pass and then whenever {@code interval} passes have gone by.
   * Between renewals it depends on earlier weights, which no checkpoint keeps. Only experiments
   * have such passes, and they train an interrupted run again from its first step.
   *
   * <p>A renewal forms WᵀW in f64, solves a D×D eigenproblem and multiplies W by a D×D matrix; V×D
   * more numbers are held.
   *
   * @param rank r, from 1 to D
   * @param directions which ones
   * @param interval passes from one renewal of W_r to the next
   * @param rmsMatched whether dH is scaled to the root mean square of the exact one, G·W, so that
   *     no change of its size passes for one of its rank
   */
  record RankLimited(int rank, Directions directions, int interval, boolean rmsMatched)
      implements HeadBackward {
    /** Checks that the numbers are positive. */
    public RankLimited {
      if (rank < 1) {
        throw new IllegalArgumentException(
            "the rank of a backward pass must be at least 1, not " + rank);
      }
      if (interval < 1) {
        throw new IllegalArgumentException(
            "a backward pass is renewed every 1 pass or more, not every " + interval);
      }
    }

    /**
     * The best approximation of the weights as they are at each pass; dH stays as large as it is.
     */
    public RankLimited(int rank) {
      this(rank, Directions.LEADING, 1, false);
    }
  }

  /**
   * The forward pass has a lower rank: L = H·W_rᵀ, where W_r = W·Q·Qᵀ is the best approximation of
   * W of rank r as W is at each pass. The head's weights learn as if the forward pass were exact,
   * dW = Gᵀ·H, so that W itself keeps its full rank. Hidden states see the gradient through W_r,
   * which is all that the loss depends on, or through W.
   *
   * @param rank r, from 1 to D
   * @param wideBackward whether dH = s·G·W, with s such that it has the root mean square of G·W_r;
   *     else dH = G·W_r
   */
  record NarrowForward(int rank, boolean wideBackward) implements HeadBackward {
    /** Checks that the rank is positive. */
    public NarrowForward {
      if (rank < 1) {
        throw new IllegalArgumentException(
            "the rank of a forward pass must be at least 1, not " + rank);
      }
    }
  }

  /**
   * The head's weights see only that part of G that hidden states see: dW = (G·P_W)ᵀ·H with P_W =
   * W·(WᵀW)⁺·Wᵀ the orthogonal projector on the column space of W, scaled to the root mean square
   * of the exact one. Hidden states keep dH = G·W, which is G·P_W·W. Computed as dW =
   * W·(WᵀW)⁺·(dHᵀ·H), without G; its relative rounding error is that of dH times the condition
   * number of W. Directions of W below √(V·2⁻⁵²) of the largest singular value count as absent.
   */
  record WithoutOrthogonalPart() implements HeadBackward {}

  /** What a backward pass takes for the curvature of the loss in the hidden states, C [D, D]. */
  enum Curvature {
    /** That of the squares of the logits, WᵀW. */
    GRAM,
    /** Its eigenvalues with uniformly random eigenvectors, which stay the same: a null. */
    GRAM_AT_RANDOM,
    /**
     * That of the cross-entropy, the Gauss–Newton matrix Wᵀ(diag pₙ − pₙpₙᵀ)W on average over the
     * contexts n of the pass before. Before the first pass it is 0.
     */
    SOFTMAX
  }

  /**
   * Hidden states see the gradient divided by a curvature: dH = s·G·W·(C + λI)⁻¹, with λ a share of
   * the mean eigenvalue of C, and s such that dH has the root mean square of the exact one, G·W.
   * The head's own gradient is exact, dW = Gᵀ·H. With C = WᵀW and no damping a step of −dH changes
   * the logits by −s·G·P_W, P_W = W·(WᵀW)⁺·Wᵀ, which of all changes that the head lets through is
   * the nearest to a multiple of −G.
   *
   * <p>Every pass forms C in f64 and solves a D×D eigenproblem. Passes with {@link
   * Curvature#SOFTMAX} depend on the one before them, which no checkpoint keeps, and read V×D
   * numbers to the host.
   *
   * @param curvature C
   * @param damping λ over the mean eigenvalue of C
   */
  record Preconditioned(Curvature curvature, double damping) implements HeadBackward {
    /** Checks that the damping is positive. */
    public Preconditioned {
      if (!(damping > 0)) {
        throw new IllegalArgumentException(
            "the damping of a curvature must be above 0, not " + damping);
      }
    }
  }

  /** The head's weights see nothing: dH = G·W, dW = 0. Weight decay still pulls them. */
  record FrozenHead() implements HeadBackward {}
}
