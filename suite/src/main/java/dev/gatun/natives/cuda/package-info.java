/**
 * The CUDA family: finding and loading libraries of one release, and what their status codes mean.
 * May call {@code natives} and the bindings of the CUDA libraries.
 */
package dev.gatun.natives.cuda;
