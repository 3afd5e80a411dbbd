package dev.gatun.measure;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.results.Provenance;
import java.util.Map;

/** What computes, as it is stored with results. */
public final class DeviceProvenance {
  private DeviceProvenance() {}

  /** This process and the device. */
  public static Provenance of(DeviceDescription device) {
    Provenance provenance =
        Provenance.ofThisProcess()
            .with(Provenance.DEVICE, device.name())
            .with(Provenance.THREADS, Integer.toString(device.threads()))
            .with(Provenance.MATH_MODE, device.mathMode());
    for (Map.Entry<String, String> library : device.libraries().entrySet()) {
      String key =
          library.getKey().endsWith("core type")
              ? Provenance.CORE_TYPE
              : Provenance.LIBRARY_PREFIX + library.getKey();
      provenance = provenance.with(key, library.getValue());
    }
    for (Map.Entry<String, String> event : device.events().entrySet()) {
      provenance = provenance.with(Provenance.EVENT_PREFIX + event.getKey(), event.getValue());
    }
    return provenance;
  }
}
