package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.cuda.FakeCuda;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --device cuda} as a user meets it, over the fake CUDA. */
class CudaCommandIT {
  private static final Path LIBRARIES = FakeCuda.build();

  @TempDir private Path out;

  @Test
  void theDeviceAndAllThatResultsDependOnAreShown() {
    CommandRun run = reproduce("--math", "tf32");
    assertEquals(0, run.code(), run.err());
    for (String words : List.of("cuda, ", "tf32", "cuBLAS workspace", "sm_90", "deterministic")) {
      assertTrue(run.out().contains(words), words + " in:\n" + run.out());
    }
  }

  @Test
  void attentionByALibraryIsShown() {
    CommandRun run = reproduce("--math", "bf16", "--attention", "cudnn");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("cuDNN, deterministic plans"), run.out());
  }

  private CommandRun reproduce(String... options) {
    var arguments =
        new ArrayList<Object>(
            List.of(
                "reproduce",
                "B1",
                "--device",
                "cuda",
                "--cuda-libraries",
                LIBRARIES,
                "--out",
                out));
    arguments.addAll(List.of(options));
    return CommandRun.of(arguments.toArray());
  }

  @Test
  void theFirstRunSaysOnceThatKernelsAreCompiledAndTheNextDoesNot() throws Exception {
    Path cache = out.resolve("cache");
    List<String> first = compilationsToldOf(cache, out.resolve("first"));
    assertEquals(1, first.size(), first.toString());
    assertTrue(first.getFirst().endsWith(cache.resolve("kernels").toString()), first.toString());
    assertEquals(List.of(), compilationsToldOf(cache, out.resolve("second")));
  }

  @Test
  void aKernelThatFailsIsOneLineWithItsName() throws Exception {
    String line = lossOfTheGpu();
    assertTrue(
        line.startsWith("gatun: cuLaunchKernel returned 700 (CUDA_ERROR_ILLEGAL_ADDRESS): "), line);
    assertTrue(line.contains("so start it again [adamw.cu: adamw_f32, "), line);
  }

  @Test
  void aBenchThatLosesItsGpuBeginsNoOtherWork() {
    FakeCuda.plantFailure(LIBRARIES, "cross_entropy_small_f32", 700);
    CommandRun run =
        CommandRun.of(
            "bench", "--small", "--pairs", "1", "--device", "cuda", "--cuda-libraries", LIBRARIES);
    FakeCuda.reset(LIBRARIES);
    assertEquals(2, run.code(), run.err());
    List<String> failures =
        run.err().lines().filter(line -> line.contains(" returned 700 ")).toList();
    assertEquals(2, failures.size(), run.err());
    assertTrue(failures.getFirst().startsWith("FAILED: spamlang: "), run.err());
    assertTrue(failures.getLast().startsWith("gatun: cuStreamSynchronize "), run.err());
  }

  /** What a training run says of its GPU, which AdamW's kernel loses. */
  private String lossOfTheGpu() throws Exception {
    List<String> said =
        inAProcess(
            2,
            List.of(
                "CUDA_LAUNCH_BLOCKING=1", "GATUN_FAKE_CUDA_FAULT=adamw_f32", "GATUN_LEAKS=true"),
            training(out.resolve("run")));
    List<String> lines = said.stream().filter(line -> line.startsWith("gatun: ")).toList();
    assertEquals(1, lines.size(), said.toString());
    return lines.getFirst();
  }

  private List<String> compilationsToldOf(Path cache, Path folder) throws Exception {
    List<String> said = inAProcess(0, List.of("GATUN_CACHE=" + cache), training(folder));
    return said.stream().filter(line -> line.contains("Compiling")).toList();
  }

  private List<String> training(Path folder) throws IOException {
    Path config = TinyTraining.configuration(out);
    return List.of("train", "--config", config.toString(), "--out", folder.toString());
  }

  /** The lines of standard error of a command on this device, which ends with a code. */
  private List<String> inAProcess(int code, List<String> environment, List<String> arguments)
      throws Exception {
    Path errors = out.resolve("errors");
    var command = new ArrayList<String>(List.of("env"));
    command.addAll(environment);
    command.addAll(List.of("GATUN_JAVA=" + Launcher.java(), Launcher.SCRIPT.toString()));
    command.addAll(arguments);
    command.addAll(List.of("--device", "cuda", "--cuda-libraries", LIBRARIES.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile())
            .start();
    int ended = process.waitFor();
    String said = Files.readString(errors, StandardCharsets.UTF_8);
    assertEquals(code, ended, said);
    return said.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList();
  }

  @Test
  void aMachineWithoutGpuIsOneLineWithTheMend() throws Exception {
    assertTrue(withoutGpu("CUDA_VISIBLE_DEVICES=").contains("CUDA_VISIBLE_DEVICES=''"));
    assertTrue(withoutGpu("CUDA_VISIBLE_DEVICES=7").contains("CUDA_VISIBLE_DEVICES='7'"));
    assertTrue(withoutGpu("--unset=CUDA_VISIBLE_DEVICES").contains("nvidia-smi"));
  }

  /** What the command says in a process of its own, whose driver shows no GPU. */
  private String withoutGpu(String visible) throws Exception {
    Path folder = out.resolve("nothing");
    List<String> said =
        inAProcess(
            2,
            List.of(visible, "GATUN_FAKE_CUDA_DEVICES=0"),
            List.of("reproduce", "B1", "--out", folder.toString()));
    assertEquals(1, said.size(), said.toString());
    String line = said.getFirst();
    assertTrue(line.startsWith("gatun: the NVIDIA driver is here, but shows no GPU"), line);
    assertFalse(Files.exists(folder), "something was computed");
    return line;
  }
}
