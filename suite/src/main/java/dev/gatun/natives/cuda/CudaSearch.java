package dev.gatun.natives.cuda;

import dev.gatun.natives.DynamicLinker;
import dev.gatun.natives.LibraryOpener;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaFinding.Toolkit;
import dev.gatun.natives.cuda.CudaLibrary.Role;
import dev.gatun.natives.cuda.CudaPlaces.Place;
import dev.gatun.natives.cuda.CudaProbe.Sound;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for the CUDA family: first the driver, then the first place (see {@link CudaPlaces}) that
 * holds every library that Gatun calls, of one release that the driver runs. Opens libraries to see
 * whether they can be used, and loads none. A search is for one use.
 */
final class CudaSearch {
  private final CudaPlaces places;
  private final Optional<Path> option;
  private final CudaProbe probe;
  private final List<Attempt> steps = new ArrayList<>();
  private final Map<CudaLibrary, List<Attempt>> attempts = new EnumMap<>(CudaLibrary.class);

  /**
   * A search.
   *
   * @param option the folder given with {@link CudaPlaces#OPTION}
   */
  CudaSearch(CudaPlaces places, Optional<Path> option, LibraryOpener opener) {
    this.places = places;
    this.option = option;
    this.probe = new CudaProbe(opener);
  }

  static CudaSearch ofThisMachine(Optional<Path> option) {
    return new CudaSearch(CudaPlaces.ofThisMachine(), option, new DynamicLinker());
  }

  /** Looks everywhere, up to the first place that serves. */
  CudaFinding find() {
    var driver = new DriverSearch(places, probe).find(places.named(option));
    Optional<Toolkit> toolkit = Optional.empty();
    for (var place : places.ofToolkit(option)) {
      toolkit = lookAt(place, driver);
      if (toolkit.isPresent() || place.decides()) {
        break;
      }
    }
    return new CudaFinding(driver, steps, attempts, toolkit);
  }

  private Optional<Toolkit> lookAt(Place place, DriverSearch.Finding driver) {
    if (!place.fault().isEmpty()) {
      steps.add(new Attempt(place.source(), place.location(), place.fault()));
      return Optional.empty();
    }
    var outcomes = new ArrayList<String>();
    for (var release : CudaRelease.values()) {
      try {
        var toolkit = takeFrom(place, release, driver);
        if (toolkit.isPresent()) {
          steps.add(new Attempt(place.source(), place.location(), release + ", all there"));
          return toolkit;
        }
      } catch (UnusableLibraryException e) {
        outcomes.add(release + ": " + e.getMessage());
      }
    }
    var outcome = outcomes.isEmpty() ? emptiness(place) : String.join("; ", outcomes);
    steps.add(new Attempt(place.source(), place.location(), outcome));
    return Optional.empty();
  }

  private static String emptiness(Place place) {
    return !place.equals(Place.LINKER) && !Files.isDirectory(Path.of(place.location()))
        ? "no such folder"
        : "none of " + String.join(", ", called().map(CudaLibrary::label).toList());
  }

  private static Stream<CudaLibrary> called() {
    return CudaLibrary.ofToolkit().stream().filter(library -> library.role() == Role.CALLED);
  }

  /**
   * All of a release from a place.
   *
   * @return empty if the place holds nothing of that release that Gatun would call
   * @throws UnusableLibraryException if it holds something that does not do, saying why
   */
  private Optional<Toolkit> takeFrom(Place place, CudaRelease release, DriverSearch.Finding driver)
      throws UnusableLibraryException {
    var locations = locations(place, release);
    var lacking = called().filter(library -> !locations.containsKey(library)).toList();
    var obstacle = "";
    if (!lacking.isEmpty()) {
      var names = lacking.stream().map(l -> l.name(release)).collect(Collectors.joining(", "));
      obstacle = "lacks " + names;
    } else if (!driver.runs(release)) {
      obstacle =
          "needs a driver of %s; this one is %s"
              .formatted(release.neededDriver(), driver.version());
    }
    if (obstacle.isEmpty()) {
      return Optional.of(new Toolkit(release, place, openAll(place, release, locations)));
    }
    for (var there : locations.entrySet()) {
      record(there.getKey(), place, there.getValue(), "there, but this place " + obstacle);
    }
    if (lacking.size() < called().count()) {
      throw new UnusableLibraryException(obstacle);
    }
    return Optional.empty();
  }

  /** Where each library would be opened, as far as it is there; by name for the linker. */
  private Map<CudaLibrary, String> locations(Place place, CudaRelease release) {
    var locations = new EnumMap<CudaLibrary, String>(CudaLibrary.class);
    for (var library : CudaLibrary.ofToolkit()) {
      if (place.equals(Place.LINKER)) {
        // NVRTC asks the linker for its builtins itself, by their full name.
        if (library != CudaLibrary.NVRTC_BUILTINS) {
          locations.put(library, library.name(release));
        }
        continue;
      }
      var file = library.in(place.foldersOf(release), release);
      if (file.isPresent()) {
        locations.put(library, file.get().toString());
      } else {
        record(library, place, place.location(), "holds no " + library.name(release));
      }
    }
    return locations;
  }

  private Map<CudaLibrary, Sound> openAll(
      Place place, CudaRelease release, Map<CudaLibrary, String> locations)
      throws UnusableLibraryException {
    boolean byName = place.equals(Place.LINKER);
    var order = new ArrayList<>(locations.keySet());
    if (byName) {
      // The linker finds what they depend on, and is then asked only what it has found.
      order.sort(Comparator.comparing(library -> library.role() != Role.CALLED));
    }
    var sound = new EnumMap<CudaLibrary, Sound>(CudaLibrary.class);
    for (var library : order) {
      var location = locations.get(library);
      try {
        sound.put(library, probe.open(library, release, location));
        record(library, place, location, "opens");
      } catch (UnusableLibraryException e) {
        record(library, place, location, e.getMessage());
        boolean needed =
            library.role() == Role.CALLED || library.role() == Role.DEPENDENCY && !byName;
        if (needed) {
          throw new UnusableLibraryException(
              e.getMessage().startsWith(location)
                  ? e.getMessage()
                  : library.name(release) + ": " + e.getMessage());
        }
      }
    }
    return sound;
  }

  private void record(CudaLibrary library, Place place, String location, String outcome) {
    var recorded = attempts.computeIfAbsent(library, key -> new ArrayList<>());
    var attempt = new Attempt(place.source(), location, outcome);
    // Two releases may look for the same name.
    if (recorded.isEmpty() || !recorded.getLast().equals(attempt)) {
      recorded.add(attempt);
    }
  }
}
