/**
 * What is measured of a head and of its logit gradient, and how it is recorded: for models in
 * training, which claims look at, and for checkpoints.
 */
package dev.gatun.measure;
