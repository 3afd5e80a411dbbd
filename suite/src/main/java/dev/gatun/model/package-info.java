/**
 * Decoder-only transformers with a manual backward pass, their heads, and their checkpoints in
 * safetensors layout. Calls {@link dev.gatun.backend.Backend} alone, so that a model runs on any
 * device and in any precision.
 */
package dev.gatun.model;
