import ArgumentParser
import LookupTable
import Measurement
import PolicyCompilation
import SyntheticCluster

struct CompileBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Time and memory from the model in memory to the decision table.")

  @OptionGroup var clusters: ClusterOptions

  @Option(help: "Most repetitions.")
  var rounds = 15

  @Option(help: "Seconds after which no further repetition starts.")
  var seconds = 5.0

  func run() throws {
    var report = Report(columns: [
      "min ms", "median ms", "first ms", "peak MiB", "hot MiB", "whole MiB", "rounds", "checksum",
    ])
    try clusters.forEachCluster { title, cluster in
      var samples = Samples()
      var shape: TableShape?
      var peakByteCount = 0
      while samples.count < max(1, rounds),
        samples.count == 0 || Double(samples.wall.reduce(0, +)) < seconds * 1e9
      {
        let hasPeak = ProcessMemory.resetPeak()
        let before = ProcessMemory.residentByteCount ?? 0
        let start = ClockReading.now()
        let compiled = try CompiledPolicies.compile(
          cluster.snapshot, cluster.policies, forcedLayout: clusters.layout)
        samples.append(ClockReading.now() - start)
        if hasPeak, let peak = ProcessMemory.peakByteCount {
          peakByteCount = max(peakByteCount, peak - before)
        }
        shape = compiled.table.shape
      }
      guard let shape else { return }
      report.heading(title, TableShapeText.describe(shape))
      func milliseconds(_ nanoseconds: Int64) -> Report.Figure {
        .milliseconds(Double(nanoseconds) / 1e6)
      }
      report.row(
        title, "compile",
        [
          milliseconds(samples.minimumCPU), milliseconds(samples.medianCPU),
          milliseconds(samples.cpu[0]), .mebibytes(Double(peakByteCount) / 1_048_576),
          .mebibytes(Double(shape.hotByteCount) / 1_048_576),
          .mebibytes(Double(shape.byteCount) / 1_048_576), .count(samples.count),
          .checksum(UInt64(shape.portSetCount) << 32 | UInt64(shape.classCount)),
        ])
    }
    try report.finish(json: clusters.json)
  }
}
