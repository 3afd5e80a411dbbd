/**
 * The library with CBLAS and LAPACKE: choosing, loading, checking and setting it. May call {@code
 * natives} and the bindings of OpenBLAS.
 */
package dev.gatun.natives.blas;
