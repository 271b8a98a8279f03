import ArgumentParser
import Foundation
import PolicyCompilation
import SyntheticCluster

/// Streams made-up traffic of any length through the program, and counts every flow that comes out.
struct SoakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Streams made-up traffic through flowverdict and checks its output and its memory.",
    discussion: """
      Nothing is stored: the capture goes through a pipe, and the flows come back
      through another. Fails where a flow is missing, came twice, or differs, and
      where the program used more memory than its bound allows.
      """)

  @Argument(help: "The program.")
  var program: String

  @Argument(help: "flows or audit.")
  var command = "flows"

  @Option(help: "Bytes of the capture, in 10^9.")
  var gigabytes = 20.0

  @Option(help: "Flows; by default one for each 4,000 bytes.")
  var flows: Int?

  @Option(help: "As for the program; 256 bytes of memory each.")
  var maxFlows = 65_536

  @Option(help: "As for the program.")
  var jobs = 1

  @Option(help: "Memory beside that of flows: buffers, the table, and the program itself, in MiB.")
  var baseMemory = 64

  func validate() throws {
    if !["flows", "audit"].contains(command) { throw ValidationError("flows or audit") }
    if !(0.001...100_000).contains(gigabytes) {
      throw ValidationError("gigabytes: 0.001 to 100000")
    }
    if !(1...50_000_000).contains(flows ?? 1) { throw ValidationError("flows: 1 to 50000000") }
  }

  func run() throws {
    let byteCount = Int(gigabytes * 1e9)
    let traffic = SoakTraffic(
      flowCount: flows ?? min(50_000_000, max(1, byteCount / 4_000)), byteCount: byteCount)
    let table = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).fvt").path
    defer { try? FileManager.default.removeItem(atPath: table) }
    var arguments = [
      command, "-", "-o", "csv", "--quiet", "--max-flows", "\(maxFlows)", "--jobs", "\(jobs)",
    ]
    if command == "audit" {
      let made = MadeUpCluster(ClusterShape(pods: traffic.podCount, policies: 1_000))
      let compiled = try CompiledPolicies.compile(made.snapshot, made.policies)
      try compiled.write(toFile: table)
      arguments += ["--table", table]
    }
    let run = try SoakRun(program, arguments, traffic)
    StandardOutput.line(
      """
      flowverdict \(arguments.joined(separator: " "))
      capture  \(run.byteCount) bytes, \(traffic.packetCount) packets, \(traffic.flowCount) flows
      output   \(run.count.rows) rows, \(run.count.distinctFlows) distinct flows, \
      \(run.count.packets) packets, \(run.count.bytes) of \(run.frameByteCount) frame bytes
      memory   \(run.peakByteCount >> 10) KiB at most; the bound is \(memoryBound >> 10) KiB
      time     \(Self.seconds(run.cpuSeconds)) s of processor, \(Self.seconds(run.wallSeconds)) s
      """)
    var problems = run.count.problems
    if run.count.bytes != run.frameByteCount {
      problems.append("\(run.count.bytes) bytes in flows, not \(run.frameByteCount)")
    }
    if run.status != 0 { problems.append("the program ended with \(run.status)") }
    if run.peakByteCount > memoryBound { problems.append("more memory than the bound") }
    if !problems.isEmpty { throw BenchmarkError(problems.joined(separator: "\n")) }
    StandardOutput.line("no flow is missing, and none is too many")
  }

  private var memoryBound: Int { baseMemory << 20 + maxFlows * 256 }

  private static func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
