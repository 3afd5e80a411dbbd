/** Shapes, element types and tensors; calls nothing but the JDK. */
package dev.gatun.tensor;
