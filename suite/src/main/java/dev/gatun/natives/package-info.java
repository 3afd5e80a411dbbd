/**
 * Finding, loading and version-checking native libraries, and turning their status codes into
 * exceptions. May call the bindings and the JDK only.
 */
package dev.gatun.natives;
