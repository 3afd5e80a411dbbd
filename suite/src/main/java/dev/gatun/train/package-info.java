/**
 * Training: configuration files, the optimiser and its schedule, the loop, run checkpoints with
 * exact resume, and listeners for everything that watches.
 */
package dev.gatun.train;
