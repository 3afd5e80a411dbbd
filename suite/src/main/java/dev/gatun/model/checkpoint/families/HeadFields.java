package dev.gatun.model.checkpoint.families;

import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.Map;

/** The head's fields: {@code tie_word_embeddings}, and Gatun's own for heads that none else has. */
final class HeadFields {
  private HeadFields() {}

  static HeadForm read(ConfigFields fields, boolean tiedByDefault) {
    boolean tied = fields.flag("tie_word_embeddings", tiedByDefault);
    String usual = fields.has("gatun_head_rank") ? "factorised" : "linear";
    return switch (fields.text("gatun_head", usual)) {
      case "linear" ->
          new HeadForm.Linear(
              tied, OutputBias.of(fields.text("gatun_output_bias", OutputBias.NONE.label())));
      case "factorised" -> new HeadForm.Factorised(fields.count("gatun_head_rank"));
      case "sigsoftmax" -> new HeadForm.Sigsoftmax(tied);
      case "mixture-of-softmaxes" ->
          new HeadForm.MixtureOfSoftmaxes(fields.count("gatun_head_parts"));
      case "multiple-hidden" -> new HeadForm.MultipleHidden(fields.count("gatun_head_parts"));
      case "class-factored" -> new HeadForm.ClassFactored(fields.count("gatun_head_parts"));
      case String _ -> throw fields.unsupported("gatun_head", HeadForm.LABELS.toString());
    };
  }

  static void write(HeadForm head, boolean tied, Map<String, Object> fields) {
    fields.put("tie_word_embeddings", tied);
    if (!(head instanceof HeadForm.Linear)) {
      fields.put("gatun_head", head.label());
    }
    switch (head) {
      case HeadForm.Linear linear when linear.isBiased() ->
          fields.put("gatun_output_bias", linear.bias().label());
      case HeadForm.Linear _, HeadForm.Sigsoftmax _ -> {}
      case HeadForm.Factorised(int rank) -> fields.put("gatun_head_rank", rank);
      case HeadForm.MixtureOfSoftmaxes(int components) ->
          fields.put("gatun_head_parts", components);
      case HeadForm.MultipleHidden(int vectors) -> fields.put("gatun_head_parts", vectors);
      case HeadForm.ClassFactored(int classes) -> fields.put("gatun_head_parts", classes);
    }
  }
}
