/** Small things that several rooms share: files replaced as a whole, and "did you mean". */
package dev.gatun.io;
