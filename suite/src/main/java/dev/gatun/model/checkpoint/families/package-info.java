/**
 * What the {@code config.json} of each family of Hugging Face checkpoints says, both ways. A field
 * that is read is one that a family asks for here; a field that is passed over is listed in {@link
 * dev.gatun.model.checkpoint.families.InertFields}; any other is refused by name.
 */
package dev.gatun.model.checkpoint.families;
