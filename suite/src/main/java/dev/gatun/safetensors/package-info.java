/**
 * Weights as Hugging Face folders hold them: safetensors files, one or a sharded set, read through
 * windows of mapped memory and written whole. Every byte is somebody else's: a file is used, or
 * refused in one line that names it and what is wrong.
 */
package dev.gatun.safetensors;
