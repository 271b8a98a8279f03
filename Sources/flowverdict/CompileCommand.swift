import ArgumentParser
import LookupTable
import PolicyCompilation

/// `flowverdict compile`: the decision table of a cluster and its policies, in figures and as a file.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile cluster and policies into a decision table, and say how large it is.",
    discussion: """
      The table file holds the cluster, the policies and the profile, so that
      other commands need nothing beside it (--table). docs/table-format.md
      describes it byte by byte. It is read only by the version that wrote it.

      Examples:
        flowverdict compile --cluster dump.yaml
        flowverdict compile --cluster dump.yaml -o policies.fvt
        flowverdict audit node.pcap --table policies.fvt

      \(ClusterOptions.assumptions)

      Exit codes: 0 compiled; 2 wrong input, or a file that cannot be written.
      """)

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the table to this file.", valueName: "file"))
  var output: String?

  @Flag(name: .shortAndLong, help: "No notes on standard error.")
  var quiet = false

  func validate() throws {
    try cluster.requireCluster()
    if output == "-" {
      throw ValidationError(
        "a table is a file that other commands map: --output cannot be standard output (-)")
    }
  }

  func run() throws {
    let input = try ClusterInput(cluster, isQuiet: quiet)
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = try input.compile()
    // A table file is taken as it is.
    let duration = cluster.table == nil ? clock.now - start : nil
    if let output {
      do throws(TableError) {
        try compiled.write(toFile: output)
      } catch {
        throw CommandFailure("\(error)")
      }
    }
    try OutputFile.standardOutput().write(Array(summary(compiled, duration).utf8))
  }

  /// One figure a line.
  /// - Parameter duration: of the compilation; `nil` where there was none.
  private func summary(_ compiled: CompiledPolicies, _ duration: Duration?) -> String {
    let shape = compiled.table.shape
    let policies = compiled.policies
    var lines = [
      ("pods", "\(compiled.snapshot.pods.count)"),
      ("NetworkPolicies", "\(policies.networkPolicies.count)"),
      ("cluster policies", "\(policies.clusterPolicies.count)"),
      ("rules", "\(shape.ruleCount)"),
      ("address classes", "\(shape.classCount)"),
      ("rows", "\(shape.ingressRowCount) ingress, \(shape.egressRowCount) egress"),
      ("peers", "\(shape.ingressPeerCount) ingress, \(shape.egressPeerCount) egress"),
      ("pairs", "\(shape.ingressLayout) ingress, \(shape.egressLayout) egress"),
      ("port classes", "\(shape.portClassCount)"),
      ("port sets", "\(shape.portSetCount)"),
      ("hot bytes", "\(shape.hotByteCount)"),
      ("bytes", "\(shape.byteCount)"),
    ]
    if let duration {
      let milliseconds = duration / .milliseconds(1)
      lines.append(("compiled in", "\((milliseconds * 10).rounded() / 10) ms"))
    } else if let table = cluster.table {
      lines.append(("not compiled", "read from \(table)"))
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value + "\n"
    }.joined()
  }
}
