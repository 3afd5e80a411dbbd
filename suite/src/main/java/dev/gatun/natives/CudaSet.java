package dev.gatun.natives;

import dev.gatun.natives.CudaProbe.Sound;
import java.util.Map;
import java.util.TreeMap;

/**
 * Libraries of one release from one place that fit together, with the driver, in load order.
 *
 * @param libraries what is there of the family; all that Gatun calls are
 */
record CudaSet(CudaRelease release, CudaPlace place, Map<CudaLibrary, Sound> libraries) {
  CudaSet {
    libraries = new TreeMap<>(libraries);
  }

  /** Such as {@code CUDA 12 from CUDA_HOME (/opt/cuda)}. */
  @Override
  public String toString() {
    var location = place.location().isEmpty() ? "" : " (" + place.location() + ")";
    return release + " from " + place.source() + location;
  }
}
