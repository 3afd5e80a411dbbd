package dev.gatun.cli;

import dev.gatun.results.Provenance;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote down. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "gatun " + Provenance.ofThisProcess().entries().get(Provenance.GATUN_VERSION)
    };
  }
}
