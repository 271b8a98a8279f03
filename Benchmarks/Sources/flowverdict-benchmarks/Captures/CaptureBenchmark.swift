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

  @Argument(help: "Captures of the same pods, timed in turns.")
  var files: [String]

  @Option(help: "Whose pods the captures are of: small or mixed, as in make-capture.")
  var cluster: CaptureRecipe = .small

  @Option(
    name: .customLong("stage"), parsing: .upToNextOption,
    help: "Several of: read, decode, flows, verdicts. (default: all)", transform: Self.stage)
  var stages: [CaptureStage] = CaptureStage.allCases

  @Option(parsing: .upToNextOption, help: "Numbers of threads for flows and verdicts.")
  var jobs: [Int] = [1]

  @Option(help: "Repetitions of each stage.")
  var rounds = 5

  @Option(help: "File for the figures as JSON.")
  var json: String?

  func validate() throws {
    guard rounds > 0, !jobs.isEmpty, jobs.allSatisfy({ (1...1024).contains($0) }) else {
      throw ValidationError("--rounds must be positive, --jobs 1 to 1024")
    }
  }

  private static func stage(_ text: String) throws -> CaptureStage {
    guard let stage = CaptureStage(rawValue: text) else {
      throw ValidationError("unknown stage '\(text)'; known: read, decode, flows, verdicts")
    }
    return stage
  }

  func run() throws {
    let made = cluster.makeCluster()
    let compiled = try CompiledPolicies.compile(made.snapshot, made.policies)
    let auditor = FlowAuditor(made.snapshot, decide: { compiled.decision(for: $0) })
    let servers = KnownServers(made.snapshot, services: auditor.services)
    let passes = CapturePass.all(of: stages, jobs: jobs)
    var timed: [CapturePass.Timed] = []
    for file in files {
      for pass in passes {
        timed.append(
          try CapturePass.Timed(
            pass, [file], auditor: auditor, judge: VerdictJudge(auditor, compiled),
            knownServers: servers))
        if let problem = timed.last?.tally.problem { throw BenchmarkError(problem) }
      }
    }
    try timed.runInterleaved(rounds: rounds)
    var report = Report(columns: [
      "min ns", "median ns", "wall min", "wall median", "Mpps", "GB/s", "packets", "flows",
      "allowed", "denied", "peak MiB",
    ])
    for (index, file) in files.enumerated() {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      report.heading(
        name,
        "  nanoseconds of processor time a packet, from the page cache; Mpps and GB/s by the clock")
      for pass in timed[index * passes.count..<(index + 1) * passes.count] {
        try write(pass, name, file, &report)
      }
    }
    try report.finish(json: json)
  }

  private func write(
    _ pass: CapturePass.Timed, _ name: String, _ file: String, _ report: inout Report
  ) throws {
    guard pass.isSteady else { throw BenchmarkError("\(name): passes of \(pass.pass) differ") }
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    let task = pass.task
    let verdicts = pass.tally.verdicts
    report.row(
      name, task.name,
      [
        .nanoseconds(task.minimumPerUnit), .nanoseconds(task.medianPerUnit),
        .nanoseconds(task.minimumWallPerUnit), .nanoseconds(task.medianWallPerUnit),
        .number(1000 / task.medianWallPerUnit),
        .number(Double(size) / Double(task.samples.medianWall)), .count(task.unitCount),
        .count(Int(pass.tally.flowCount)), .count(Int(verdicts[.allowed] ?? 0)),
        .count(Int(verdicts[.denied] ?? 0)),
        pass.peakByteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
      ])
  }
}
