/**
 * Decoder-only transformers with a manual backward pass: their configuration, their parameters in
 * one flat buffer, their blocks. Calls {@link dev.gatun.backend.Backend} alone, so that a model
 * runs on any device and in any precision, and ends in a {@link dev.gatun.model.head.Head}; knows
 * of no file.
 */
package dev.gatun.model;
