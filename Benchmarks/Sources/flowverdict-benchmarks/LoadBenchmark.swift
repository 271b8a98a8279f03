import ArgumentParser
import Manifests
import Measurement

struct LoadBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Time and memory to read cluster dumps.",
    discussion: "Scripts/make-dump writes dumps.")

  @Argument(help: "Dumps and manifests, each timed on its own.")
  var files: [String]

  @Option(help: "Most repetitions.")
  var rounds = 9

  @Option(help: "Seconds after which no further round starts.")
  var seconds = 20.0

  @Option(help: "File for the figures as JSON.")
  var json: String?

  func run() throws {
    var report = Report(columns: [
      "min ms", "median ms", "first ms", "MB/s", "file MB", "peak MiB", "pods", "policies",
      "rounds",
    ])
    var inputs = files.map { Input(path: $0) }
    let start = ClockReading.now()
    for round in 0..<max(1, rounds) {
      for index in inputs.indices { try inputs[index].load(isFirst: round == 0) }
      if Double((ClockReading.now() - start).wall) > seconds * 1e9 { break }
    }
    for input in inputs { input.write(to: &report) }
    try report.finish(json: json)
  }

  /// One file and what its reading took.
  private struct Input {
    let path: String
    var samples = Samples()
    var byteCount = 0
    var podCount = 0
    var policyCount = 0
    var peakByteCount: Int?

    init(path: String) { self.path = path }

    mutating func load(isFirst: Bool) throws {
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let start = ClockReading.now()
      var loader = ManifestLoader()
      loader.load(path: path)
      let loaded = loader.finish()
      samples.append(ClockReading.now() - start)
      guard isFirst else { return }
      if hasPeak { peakByteCount = ProcessMemory.peakByteCount.map { $0 - before } }
      guard !loaded.hasErrors else {
        let first = loaded.findings.first { $0.severity == .error }
        throw BenchmarkError("\(path): \(first.map { "\($0)" } ?? "")")
      }
      byteCount = loaded.files.reduce(0) { $0 + $1.byteCount }
      podCount = loaded.snapshot.pods.count
      policyCount = loaded.policies.networkPolicies.count
    }

    func write(to report: inout Report) {
      func milliseconds(_ nanoseconds: Int64) -> Report.Figure {
        .milliseconds(Double(nanoseconds) / 1e6)
      }
      let name = path.split(separator: "/").last.map(String.init) ?? path
      report.heading(
        name,
        "  from the page cache; peak: growth of resident memory in the first round, the file's pages included"
      )
      report.row(
        name, "load",
        [
          milliseconds(samples.minimumCPU), milliseconds(samples.medianCPU),
          milliseconds(samples.cpu[0]),
          .number(Double(byteCount) / 1e6 / (Double(samples.medianCPU) / 1e9)),
          .number(Double(byteCount) / 1e6),
          peakByteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
          .count(podCount), .count(policyCount), .count(samples.count),
        ])
    }
  }
}
