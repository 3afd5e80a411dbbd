/**
 * The CPU: matrices by single-threaded BLAS calls tiled over one pool of Java threads, everything
 * else by the Vector API. Work is cut by shape alone, and the rows of matrix products at multiples
 * that change no bit, so that results do not depend on the number of threads.
 */
package dev.gatun.backend.cpu;
