/**
 * Models as folders of Hugging Face: how the files name, shape and order the parameters that {@link
 * dev.gatun.model.ParameterLayout} lays out; models read whole or block by block, and written. All
 * that it reads is checked by {@link dev.gatun.safetensors} and here.
 */
package dev.gatun.model.checkpoint;
