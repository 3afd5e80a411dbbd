/**
 * One NVIDIA GPU: memory, kernels and libraries behind {@link dev.gatun.backend.Backend}, over the
 * driver API. An operation (or a family of them) is a class here and a {@code .cu} file beside it.
 */
package dev.gatun.backend.cuda;
