/**
 * Speed, measured: pieces of work on a backend beside what the hardware allows and, where there is
 * one, PyTorch doing the same.
 */
package dev.gatun.bench;
