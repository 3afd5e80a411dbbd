/**
 * The same claims on several machines or devices: whether each metric agrees within the tolerance
 * of its kind, and whether checks have the same outcome.
 */
package dev.gatun.results.comparison;
