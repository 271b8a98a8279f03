import ArgumentParser
import FlowAudit
import FlowTracking
import Foundation
import Measurement
import PolicyCompilation

struct CaptureBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Nanoseconds a packet from file to verdicts, stage by stage.",
    discussion:
      "make-capture writes the captures. Each stage does what the one before does, and more.")

  @Argument(help: "Captures, each timed on its own.")
  var files: [String]

  @Option(help: "Whose pods the captures are of: small or mixed, as in make-capture.")
  var cluster: CaptureRecipe = .small

  @Option(help: "Repetitions of each stage.")
  var rounds = 5

  @Option(help: "File for the figures as JSON.")
  var json: String?

  func run() throws {
    let made = cluster.makeCluster()
    let compiled = try CompiledPolicies.compile(made.snapshot, made.policies)
    let auditor = FlowAuditor(made.snapshot, decide: { compiled.decision(for: $0) })
    let servers = KnownServers(made.snapshot, services: auditor.services)
    var report = Report(columns: [
      "min ns", "median ns", "wall min", "Mpps", "GB/s", "packets", "flows", "allowed", "denied",
      "peak MiB",
    ])
    for file in files {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      report.heading(name, "  nanoseconds of processor time a packet, from the page cache")
      try time(file, name, auditor, servers, &report)
    }
    try report.finish(json: json)
  }

  private func time(
    _ file: String, _ name: String, _ auditor: FlowAuditor, _ servers: KnownServers,
    _ report: inout Report
  ) throws {
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    var passes: [Pass] = []
    for stage in CaptureStage.allCases {
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let tally = try stage.run([file], auditor: auditor, knownServers: servers)
      if let problem = tally.problem { throw BenchmarkError(problem) }
      let peak = hasPeak ? ProcessMemory.peakByteCount.map { $0 - before } : nil
      let task = TimedTask(
        "\(stage)", unitCount: Int(tally.packetCount), scope: .process
      ) { _ in
        let again = try stage.run([file], auditor: auditor, knownServers: servers)
        guard again == tally else { throw BenchmarkError("\(name): passes differ") }
        return tally.flowCount
      }
      passes.append(Pass(task: task, tally: tally, peakByteCount: peak))
    }
    var tasks = passes.map(\.task)
    try tasks.runInterleaved(rounds: max(1, rounds), warmUpRounds: 0)
    for (pass, task) in zip(passes, tasks) {
      let seconds = Double(task.samples.medianCPU) / 1e9
      let verdicts = pass.tally.verdicts
      report.row(
        name, task.name,
        [
          .nanoseconds(task.minimumPerUnit), .nanoseconds(task.medianPerUnit),
          .nanoseconds(task.minimumWallPerUnit), .number(1000 / task.medianPerUnit),
          .number(Double(size) / 1e9 / seconds), .count(task.unitCount),
          .count(Int(pass.tally.flowCount)), .count(Int(verdicts[.allowed] ?? 0)),
          .count(Int(verdicts[.denied] ?? 0)),
          pass.peakByteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
        ])
    }
  }

  private struct Pass {
    var task: TimedTask
    var tally: CaptureTally
    var peakByteCount: Int?
  }
}
