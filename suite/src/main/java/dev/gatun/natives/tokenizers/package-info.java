/** The native library of Hugging Face's tokenizers. May call {@code natives} only. */
package dev.gatun.natives.tokenizers;
