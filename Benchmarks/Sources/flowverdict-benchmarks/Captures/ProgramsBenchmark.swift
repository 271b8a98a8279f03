import ArgumentParser
import FlowAudit
import FlowTracking
import Foundation
import Measurement
import PolicyCompilation

struct ProgramsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "programs",
    abstract: "The packet path end to end, beside other programs that read captures, in turns.",
    discussion: "Programs that are not installed are left out by name. Scripts/bench calls this.")

  @Argument(help: "Captures, each compared on its own.")
  var files: [String]

  @Option(help: "Whose pods the captures are of: small or mixed, as in make-capture.")
  var cluster: CaptureRecipe = .small

  @Option(help: "The flowverdict program, for the whole way from dump and capture to report.")
  var flowverdict: String?

  @Option(help: "The cluster of the captures, as make-manifests writes it.")
  var manifests: String?

  @Flag(help: "Other programs too.")
  var peers = false

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
    let judge = VerdictJudge(auditor, compiled)
    let servers = KnownServers(made.snapshot, services: auditor.services)
    var report = Report(columns: [
      "min ns", "median ns", "wall median", "Mpps", "ratio min", "ratio med", "peak MiB", "packets",
      "flows",
    ])
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for file in files {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      report.heading(name, "  nanoseconds of processor time a packet; ratios to our verdicts")
      var contestants = try [CaptureStage.flows, .verdicts].map {
        try Contestant($0, file, auditor, judge, servers)
      }
      for tool in tools {
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

  private var tools: [CaptureTool] {
    var tools: [CaptureTool] = []
    if let flowverdict, let manifests {
      tools.append(.audit(program: flowverdict, manifests: manifests))
    }
    return tools + (peers ? CaptureTool.peers(libpcapLoop: libpcapLoop) : [])
  }

  /// One program, or a stage of ours.
  private struct Contestant {
    let name: String
    let packets: Int
    let run: () throws -> (cpu: Int64, wall: Int64)
    var nanoseconds: [Int64] = []
    var wallNanoseconds: [Int64] = []
    var counts: CaptureTool.Counts
    var peakByteCount: Int?

    /// A stage of ours, in this process.
    init(
      _ stage: CaptureStage, _ file: String, _ auditor: FlowAuditor, _ judge: VerdictJudge,
      _ servers: KnownServers
    ) throws {
      name = "FlowVerdict, \(stage)"
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let tally = try stage.run(
        [file], auditor: auditor, judge: judge, knownServers: servers)
      if let problem = tally.problem { throw BenchmarkError(problem) }
      peakByteCount = hasPeak ? ProcessMemory.peakByteCount.map { $0 - before } : nil
      packets = Int(tally.packetCount)
      counts = CaptureTool.Counts(packets: packets, flows: Int(tally.flowCount))
      run = {
        let start = ClockReading.now()
        _ = try stage.run(
          [file], auditor: auditor, judge: judge, knownServers: servers)
        let duration = ClockReading.now() - start
        return (duration.processCPU, duration.wall)
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
        let run = try CaptureToolRun(tool.program, arguments)
        return (run.cpuNanoseconds, run.wallNanoseconds)
      }
    }

    mutating func runOnce() throws {
      let (cpu, wall) = try run()
      nanoseconds.append(cpu)
      wallNanoseconds.append(wall)
    }

    var minimum: Double { Double(nanoseconds.min() ?? 0) / Double(max(packets, 1)) }
    var median: Double { median(nanoseconds) }

    private func median(_ durations: [Int64]) -> Double {
      Double(durations.sorted()[durations.count / 2]) / Double(max(packets, 1))
    }

    func write(to report: inout Report, _ title: String, ours: Contestant) {
      let isOurs = name.hasPrefix("FlowVerdict")
      report.row(
        title, name,
        [
          .nanoseconds(minimum), .nanoseconds(median), .nanoseconds(median(wallNanoseconds)),
          .number(1000 / median(wallNanoseconds)),
          isOurs ? .none : .number(minimum / ours.minimum),
          isOurs ? .none : .number(median / ours.median),
          peakByteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
          counts.packets.map { .count($0) } ?? .none, counts.flows.map { .count($0) } ?? .none,
        ])
    }
  }
}
