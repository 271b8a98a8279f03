import ArgumentParser
import FlowAudit
import PolicyCompilation
import Reports

/// `flowverdict check`: policy unit tests.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Do policies allow and deny what a table of connections says?",
    discussion: """
      The table is tab-separated under a header line that names its columns:

        source       namespace/pod, node/NAME or an IP address
        destination  the same, or service/namespace/name; a Service's cluster
                     IP means the Service
        protocol     TCP, UDP, SCTP, ICMP, ICMPv6 or a number
        port         that the client connects to; - where there is none
        family       4, 6 or - (whatever both ends have; with both, every pair
                     of one family)
        verdict      allow, deny or - (not compared)
        egress       the same for the source's side alone
        ingress      the same for the destination's side alone

      The last four columns may be absent. Empty lines and lines that start with
      # are skipped.

      Prints each connection's verdict and what decided. Where addresses of both
      families, or the endpoints of a Service, have different verdicts, it is
      undecided, which is neither allow nor deny.

      Examples:
        flowverdict check connections.tsv --cluster dump.yaml
        flowverdict check connections.tsv --cluster dump.yaml --policies new/
        flowverdict check *.tsv --cluster dump.yaml --only-differences

      \(ClusterOptions.assumptions)

      Exit codes: 0 all as expected; 1 a difference; 2 wrong input.
      """)

  @Argument(
    help: ArgumentHelp("Tables of connections, or - for standard input.", valueName: "connections"))
  var tables: [String]

  @Flag(help: "Show the connections that are not as expected, and no others.")
  var onlyDifferences = false

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions
  @OptionGroup(title: "Output") var output: OutputOptions<EveryFormat>

  func validate() throws {
    try cluster.requireCluster()
    try StandardInput.requireSingleUse(tables + cluster.cluster + cluster.policies)
  }

  func run() throws {
    let input = try ClusterInput(cluster, isQuiet: output.quiet)
    let compiled = try input.compile()
    let endpoints = EndpointDirectory(input.snapshot)
    let services = ServiceDirectory(input.snapshot, endpoints: endpoints)
    input.note(sharedAddresses: endpoints)
    let checker = ConnectionChecker(
      resolver: ConnectionResolver(endpoints: endpoints, services: services),
      decide: { compiled.decision(for: $0) })
    var reports = try output.open().map { open in
      CheckReport(
        open.format, style: open.style, policies: PolicyLocations(input.policies),
        showsOnlyDifferences: onlyDifferences, leftOut: input.leftOut, to: open.buffer)
    }
    for index in reports.indices { reports[index].begin() }
    var summary = CheckSummary()
    var problems: [ConnectionTable.Problem] = []
    for path in tables {
      let table = ConnectionTable(try InputText.read(path), file: path)
      problems += table.problems
      for row in table.rows {
        do throws(ConnectionTable.Problem) {
          let result = try checker.check(row)
          summary.add(result)
          for index in reports.indices { reports[index].add(result) }
        } catch {
          problems.append(error)
        }
      }
    }
    for problem in problems {
      StandardError.line("\(problem.location): error: \(problem.message)")
    }
    summary.unchecked = problems.count
    for index in reports.indices {
      try reports[index].finish(summary, digest: input.digest)
    }
    if !problems.isEmpty {
      throw CommandFailure(
        problems.count == 1
          ? "one line cannot be checked" : "\(problems.count) lines cannot be checked")
    }
    if summary.connections == 0 {
      throw CommandFailure("there is no connection to check in \(tables.joined(separator: ", "))")
    }
    if summary.different > 0 { throw ExitCode(Exit.found) }
  }
}
