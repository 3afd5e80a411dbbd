/**
 * What a device can do: memory, matrix products, transformer operations, LAPACK. Devices live in
 * sub-packages; callers see {@link dev.gatun.backend.Backend} alone.
 */
package dev.gatun.backend;
