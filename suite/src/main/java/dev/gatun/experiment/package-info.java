/**
 * How claims are run: the context and tier they run in, sweeps of training runs that are stored one
 * by one and go on after an interrupt, and the estimate of what a tier costs. Nothing here knows
 * what is claimed.
 */
package dev.gatun.experiment;
