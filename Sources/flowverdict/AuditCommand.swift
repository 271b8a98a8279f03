import ArgumentParser
import FlowAudit
import FlowTracking
import PolicyCompilation
import PolicyReference
import Reports

/// `flowverdict audit`: per-flow verdicts of captures, with what decided and what was observed.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Which flows of the captures do policies allow or deny, and what decided?",
    discussion: """
      Prints the counts first, then what contradicts the packets, then the flows
      with what decided:

        denied but established   the policy is not enforced, or the dump is not
                                 of the captures' time
        allowed but unanswered   something other than these policies drops it,
                                 or nothing listens

      Verdicts:

        allowed     rules allow it, or nothing isolates the pods
        denied      a rule denies it, or a policy isolates a pod and no rule
                    of it matches
        undecided   a fact is missing or in conflict, and is named
        outside     no pod of the cluster takes part

      Neighbour discovery (ICMPv6 of link-local and multicast addresses) and
      IGMP are counted and not judged.

      Examples:
        flowverdict audit node.pcap --cluster dump.yaml
        flowverdict audit client.pcap server.pcap --cluster dump/ --only denied
        flowverdict audit node.pcap --cluster dump.yaml --policies new.yaml
        flowverdict audit node.pcap --cluster dump.yaml --fail-on unenforced
        flowverdict audit node.pcap --cluster dump.yaml -o text -o csv=flows.csv
        flowverdict audit node.pcap --cluster dump.yaml -- tcp port 80

      \(ClusterOptions.assumptions)

      Exit codes: 0 ran; 1 --fail-on found something; 2 wrong input, or a
      capture that was not read in full; 130 interrupted.
      """)

  @Argument(
    help: ArgumentHelp("Captures (pcap, pcapng), or - for standard input.", valueName: "capture"))
  var captures: [String]

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions
  @OptionGroup(title: "Reading") var reading: CaptureOptions
  @OptionGroup(title: "What is shown") var audit: AuditOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if captures.contains("-"), (cluster.cluster + cluster.policies).contains("-") {
      throw ValidationError("only one input can be standard input (-)")
    }
  }

  func run() throws {
    let input = try ClusterInput(cluster, isQuiet: output.quiet)
    try input.requireNamespaces(audit.namespace)
    let compiled = try input.compile()
    let auditor = FlowAuditor(input.snapshot, decide: { compiled.decision(for: $0) })
    var verifier: FlowAuditor?
    if audit.verify {
      let reference = ReferenceEvaluator(input.snapshot, input.policies, profile: input.profile)
      verifier = FlowAuditor(
        endpoints: auditor.endpoints, services: auditor.services,
        decide: { reference.evaluate($0) })
    }
    let layout = AuditLayout(
      aggregation: audit.aggregate, sort: audit.sort, limit: audit.limit,
      policies: PolicyLocations(input.policies), captures: captures)
    let outputs = try output.open()
    let session = AuditSession(
      auditor: auditor, verifier: verifier, options: audit, digest: input.digest,
      reports: outputs.map { open in
        var layout = layout
        layout.style = open.style
        return open.format.auditReport(layout, to: open.buffer)
      })
    let account = try CaptureInput(
      paths: captures, options: reading.value, isQuiet: output.quiet,
      outputs: OutputSet(files: outputs.map(\.file)),
      isExitCodeNeeded: audit.verify || !audit.failOn.isEmpty
    ).run(
      services: auditor.services.translation,
      knownServers: KnownServers(input.snapshot, services: auditor.services),
      sink: session.add)
    try session.finish(
      AuditOverview(
        run: account, cluster: ClusterCounts(input.snapshot, input.policies),
        digest: input.digest, summary: session.summary, leftOut: input.leftOut,
        notes: auditor.notes))
    try finish(session, account)
  }

  private func finish(_ session: AuditSession, _ account: CaptureAccount) throws {
    if let difference = session.firstDifference {
      throw CommandFailure(
        "--verify: \(session.differenceCount) verdicts differ from the rule-by-rule evaluator; the"
          + " first is\n\(difference)")
    }
    try account.throwIfIncomplete()
    if audit.failingKinds.contains(where: { $0.count(in: session.gateSummary) > 0 }) {
      throw ExitCode(Exit.found)
    }
  }
}

/// Judges flows as they come and hands their records to every report.
private final class AuditSession {
  private let auditor: FlowAuditor
  private let verifier: FlowAuditor?
  private let selection: RecordSelection
  private let gate: RecordSelection
  private var reports: [any AuditReport]
  /// Over all flows.
  private(set) var summary = AuditSummary()
  /// Over the flows that `--fail-on` counts.
  private(set) var gateSummary = AuditSummary()
  /// The first pair of records that differ, under `--verify`.
  private(set) var firstDifference: String?
  private(set) var differenceCount = 0

  init(
    auditor: FlowAuditor, verifier: FlowAuditor?, options: AuditOptions, digest: InputDigest,
    reports: [any AuditReport]
  ) {
    self.auditor = auditor
    self.verifier = verifier
    selection = options.selection
    gate = options.gate
    self.reports = reports
    for index in self.reports.indices { self.reports[index].begin(digest: digest) }
  }

  func add(_ flow: Flow) {
    if flow.isLinkControl {
      summary.linkControl += 1
      return
    }
    let record = auditor.record(for: flow)
    summary.add(record)
    if gate.includes(record) { gateSummary.add(record) }
    if let verifier { verify(record, against: verifier.record(for: flow)) }
    guard selection.includes(record) else { return }
    for index in reports.indices { reports[index].add(record) }
  }

  private func verify(_ record: VerdictRecord, against reference: VerdictRecord) {
    guard !record.hasSameVerdict(as: reference) else { return }
    differenceCount += 1
    if firstDifference == nil {
      firstDifference =
        "  table:     \(record.jsonText)\n  evaluator: \(reference.jsonText)"
    }
  }

  func finish(_ overview: AuditOverview) throws {
    for index in reports.indices { try reports[index].finish(overview) }
  }
}
