import ArgumentParser
import FlowAudit
import FlowTracking
import Foundation
import Measurement
import PolicyCompilation

struct CapturePeersBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture-peers",
    abstract: "The packet path beside other programs that read captures, in turns.",
    discussion: "Programs that are not installed are left out. Scripts/bench --peers calls this.")

  @Argument(help: "Captures, each compared on its own.")
  var files: [String]

  @Option(help: "Whose pods the captures are of: small or mixed, as in make-capture.")
  var cluster: CaptureRecipe = .small

  @Option(help: "Our program around libpcap's empty loop.")
  var libpcapLoop: String?

  @Option(help: "Repetitions of each program.")
  var rounds = 3

  @Option(help: "File for the figures as JSON.")
  var json: String?

  func run() throws {
    let made = cluster.makeCluster()
    let compiled = try CompiledPolicies.compile(made.snapshot, made.policies)
    let auditor = FlowAuditor(made.snapshot, decide: { compiled.decision(for: $0) })
    let servers = KnownServers(made.snapshot, services: auditor.services)
    var report = Report(columns: [
      "min ns", "median ns", "Mpps", "ratio min", "ratio med", "peak MiB", "packets", "flows",
    ])
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for file in files {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      report.heading(name, "  nanoseconds of processor time a packet; ratios to our verdicts")
      var contestants = try [CaptureStage.flows, .verdicts].map {
        try Contestant($0, file, auditor, servers)
      }
      for tool in CaptureTool.all(libpcapLoop: libpcapLoop) {
        do {
          contestants.append(try Contestant(tool, file, folder, packets: contestants[0].packets))
        } catch let error as BenchmarkError {
          StandardOutput.line("  \(tool.name) left out: \(error)")
        }
      }
      for _ in 0..<max(1, rounds) {
        for index in contestants.indices { try contestants[index].runOnce() }
      }
      for contestant in contestants { contestant.write(to: &report, name, ours: contestants[1]) }
    }
    try report.finish(json: json)
  }

  /// One program, or a stage of ours.
  private struct Contestant {
    let name: String
    let packets: Int
    let run: () throws -> Int64
    var nanoseconds: [Int64] = []
    var counts: CaptureTool.Counts
    var peakByteCount: Int?

    /// A stage of ours, in this process.
    init(
      _ stage: CaptureStage, _ file: String, _ auditor: FlowAuditor, _ servers: KnownServers
    ) throws {
      name = "FlowVerdict, \(stage)"
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let tally = try stage.run([file], auditor: auditor, knownServers: servers)
      if let problem = tally.problem { throw BenchmarkError(problem) }
      peakByteCount = hasPeak ? ProcessMemory.peakByteCount.map { $0 - before } : nil
      packets = Int(tally.packetCount)
      counts = CaptureTool.Counts(packets: packets, flows: Int(tally.flowCount))
      run = {
        let start = ClockReading.now()
        _ = try stage.run([file], auditor: auditor, knownServers: servers)
        return (ClockReading.now() - start).processCPU
      }
    }

    /// Another program; its first run is not timed.
    init(_ tool: CaptureTool, _ file: String, _ folder: String, packets: Int) throws {
      name = "\(tool.name): \(tool.work)"
      self.packets = min(packets, tool.packetLimit ?? packets)
      let arguments = tool.arguments(file, folder)
      let first = try CaptureToolRun(tool.program, arguments, watchesMemory: true)
      counts = tool.counts(first.output, folder)
      peakByteCount = first.peakByteCount
      run = {
        // What a run before has left would be appended to.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        return try CaptureToolRun(tool.program, arguments).cpuNanoseconds
      }
    }

    mutating func runOnce() throws { nanoseconds.append(try run()) }

    var minimum: Double { Double(nanoseconds.min() ?? 0) / Double(max(packets, 1)) }
    var median: Double {
      Double(nanoseconds.sorted()[nanoseconds.count / 2]) / Double(max(packets, 1))
    }

    func write(to report: inout Report, _ title: String, ours: Contestant) {
      let isOurs = name.hasPrefix("FlowVerdict")
      report.row(
        title, name,
        [
          .nanoseconds(minimum), .nanoseconds(median), .number(1000 / median),
          isOurs ? .none : .number(minimum / ours.minimum),
          isOurs ? .none : .number(median / ours.median),
          peakByteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
          counts.packets.map { .count($0) } ?? .none, counts.flows.map { .count($0) } ?? .none,
        ])
    }
  }
}
