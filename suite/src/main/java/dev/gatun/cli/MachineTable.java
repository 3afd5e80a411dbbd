package dev.gatun.cli;

import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.comparison.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What computed, machine by machine. */
final class MachineTable {
  private MachineTable() {}

  static void print(List<Machine> machines, Console console) {
    List<String> headers = new ArrayList<>(List.of(""));
    machines.forEach(machine -> headers.add(machine.name()));
    var rows = new LinkedHashMap<String, Function<Machine, String>>();
    rows.put("device", machine -> machine.entry(Provenance.DEVICE));
    rows.put("processor", machine -> machine.entry(Provenance.CPU));
    rows.put("math", machine -> machine.entry(Provenance.MATH_MODE));
    rows.put("blas core", machine -> machine.entry(Provenance.CORE_TYPE));
    rows.put("tier", MachineTable::tier);
    rows.put("first seed", machine -> machine.entry(Provenance.SEED));
    rows.put("started", machine -> machine.entry(Provenance.STARTED));
    console.table(headers, rows.entrySet().stream().map(row -> cells(row, machines)).toList());
  }

  private static List<String> cells(
      Map.Entry<String, Function<Machine, String>> row, List<Machine> machines) {
    List<String> cells = new ArrayList<>(List.of(row.getKey()));
    machines.forEach(machine -> cells.add(row.getValue().apply(machine)));
    return cells;
  }

  private static String tier(Machine machine) {
    return machine.evidence().runs().stream().map(Run::tier).findFirst().orElse("none");
  }

  /** A machine as JSON. */
  record Line(String name, Map<String, String> provenance) {
    Line(Machine machine) {
      this(machine.name(), machine.evidence().provenance().entries());
    }
  }
}
