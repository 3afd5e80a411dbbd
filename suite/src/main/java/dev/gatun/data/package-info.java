/**
 * Where numbers come from: the one source of randomness, tokenizers, corpora, SpamLang, batches.
 */
package dev.gatun.data;
