package dev.gatun.cli;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.AttentionKernels;
import dev.gatun.bench.Work;
import dev.gatun.claims.Claims;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.Tier;
import dev.gatun.io.NearestName;
import dev.gatun.selftest.SelfTest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options whose value is one of a few names; a misspelt one is answered by its neighbour. */
final class NamedValues {
  private NamedValues() {}

  /** The ids of the claims. */
  static final class ClaimIds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Claims.ids().iterator();
    }
  }

  /** The labels of the tiers. */
  static final class Tiers implements Iterable<String>, ITypeConverter<Tier> {
    private static final List<String> LABELS =
        Arrays.stream(Tier.values()).map(Tier::label).toList();

    @Override
    public Iterator<String> iterator() {
      return LABELS.iterator();
    }

    @Override
    public Tier convert(String label) {
      return Tier.of(known("tier", label, LABELS));
    }
  }

  /** The devices that Gatun knows. */
  static final class Devices implements Iterable<String>, ITypeConverter<String> {
    static final String CPU = "cpu";
    static final String CUDA = "cuda";

    @Override
    public Iterator<String> iterator() {
      return List.of(CPU, CUDA).iterator();
    }

    @Override
    public String convert(String name) {
      return known("device", name, List.of(CPU, CUDA));
    }
  }

  /** The forms of head. */
  static final class Heads implements Iterable<String>, ITypeConverter<HeadChoice> {
    static final String LINEAR = "linear";
    private static final List<String> LABELS =
        HeadChoice.all().stream().map(HeadChoice::label).toList();

    @Override
    public Iterator<String> iterator() {
      return LABELS.iterator();
    }

    @Override
    public HeadChoice convert(String label) {
      return new HeadChoice(known("head", label, LABELS));
    }
  }

  /** The labels of the math modes. */
  static final class MathModes implements Iterable<String>, ITypeConverter<MathMode> {
    private static final List<String> LABELS =
        Arrays.stream(MathMode.values()).map(MathMode::label).toList();

    @Override
    public Iterator<String> iterator() {
      return LABELS.iterator();
    }

    @Override
    public MathMode convert(String label) {
      return MathMode.values()[LABELS.indexOf(known("math mode", label, LABELS))];
    }
  }

  /** Names of the kernels that can compute attention on a GPU. */
  static final class Attentions implements Iterable<String>, ITypeConverter<AttentionKernels> {
    private static final List<String> LABELS =
        Arrays.stream(AttentionKernels.values()).map(AttentionKernels::label).toList();

    @Override
    public Iterator<String> iterator() {
      return LABELS.iterator();
    }

    @Override
    public AttentionKernels convert(String label) {
      return AttentionKernels.values()[
          LABELS.indexOf(known("value of --attention", label, LABELS))];
    }
  }

  /** When sequences begin with a token of their own. */
  static final class BeginningTokens implements Iterable<String>, ITypeConverter<BeginningToken> {
    private static final List<String> LABELS =
        Arrays.stream(BeginningToken.values()).map(BeginningToken::label).toList();

    @Override
    public Iterator<String> iterator() {
      return LABELS.iterator();
    }

    @Override
    public BeginningToken convert(String label) {
      return BeginningToken.values()[LABELS.indexOf(known("value of --bos", label, LABELS))];
    }
  }

  /** The work that can be measured. */
  static final class Works implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Work.names().iterator();
    }
  }

  /** The steps of the self-test. */
  static final class SelftestSteps implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SelfTest.STEPS.iterator();
    }
  }

  private static String known(String what, String name, List<String> valid) {
    return valid.stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "'%s' is no %s; there are %s%s"
                    .formatted(
                        name, what, String.join(", ", valid), NearestName.hint(name, valid))));
  }
}
