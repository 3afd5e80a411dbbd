package dev.gatun.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Says what a folder without safetensors weights holds in their place, and what to do with it. */
final class MissingWeights {
  private static final List<String> PICKLED = List.of(".bin", ".pt", ".pth", ".ckpt");
  private static final String ADAPTER = "adapter_model.";

  private MissingWeights() {}

  static SafetensorsException in(Path folder) {
    List<String> names = names(folder);
    String neither = "no checkpoint: it has neither model.safetensors nor its index";
    if (names.stream().anyMatch(name -> name.startsWith(ADAPTER))) {
      return new SafetensorsException(folder, neither + ", but a PEFT adapter; " + merge());
    }
    List<String> pickled =
        names.stream().filter(name -> PICKLED.stream().anyMatch(name::endsWith)).toList();
    if (!pickled.isEmpty()) {
      return new SafetensorsException(
          folder,
          "%s, but %s%s, which Gatun does not open; convert it with transformers: python -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('%4$s').save_pretrained('%4$s')\""
              .formatted(
                  neither, pickled.getFirst(), pickled.size() == 1 ? "" : " and others", folder));
    }
    List<String> others = names.stream().filter(name -> name.endsWith(".safetensors")).toList();
    return new SafetensorsException(
        folder,
        others.isEmpty()
            ? neither
            : "%s, but %s; rename a whole model to model.safetensors, or fetch the index of its shards"
                .formatted(neither, Quoted.part(others.getFirst())));
  }

  /** How weights with an adapter beside them become a model. */
  static String merge() {
    return "merge it into its model first:"
               + " AutoPeftModelForCausalLM.from_pretrained(folder).merge_and_unload().save_pretrained(merged)";
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new SafetensorsException(folder, "cannot be read: " + Unreadable.reason(e), e);
    }
  }
}
