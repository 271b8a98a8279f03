import ArgumentParser
import FlowAudit
import FlowTracking
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

      --compare-profiles A,B lists the flows that two profiles judge differently,
      with both verdicts, what decided each, and the flags that make the
      difference. A and B are names that --profile takes, perhaps with flags:
      upstream,cilium+ipblock-matches-pods=yes.

      Domain names of policies are resolved from the DNS answers in the
      captures, as of each flow's first packet (--name-grace).

      Neighbour discovery (ICMPv6 of link-local and multicast addresses) and
      IGMP are counted and not judged.

      Examples:
        flowverdict audit node.pcap --cluster dump.yaml
        flowverdict audit client.pcap server.pcap --cluster dump/ --only denied
        flowverdict audit node.pcap --cluster dump.yaml --policies new.yaml
        flowverdict audit node.pcap --cluster dump.yaml --fail-on unenforced
        flowverdict audit node.pcap --cluster dump.yaml -o text -o csv=flows.csv
        flowverdict audit node.pcap --cluster dump.yaml -- tcp port 80
        flowverdict audit node.pcap --cluster dump.yaml \\
          --compare-profiles upstream,cilium --fail-on profile-dependent

      \(ClusterOptions.assumptions)

      Exit codes: 0 ran; 1 --fail-on found something; 2 wrong input, or a
      capture that was not read in full; 130 interrupted.
      """)

  @Argument(
    help: ArgumentHelp("Captures (pcap, pcapng), or - for standard input.", valueName: "capture"))
  var captures: [String]

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions
  @OptionGroup(title: "Reading") var reading: CaptureOptions

  @Option(
    help: ArgumentHelp(
      """
      Judge by the first profile, and say which flows the second one judges differently. In place of --profile and the \
      single flags, which stand behind a name: cilium+ipblock-matches-pods=yes.
      """, valueName: "a,b"),
    transform: ProfilePairArgument.pair)
  var compareProfiles: ProfilePair?

  @Option(
    help: ArgumentHelp(
      """
      How long a DNS answer in the captures counts beyond its time to live, for policies with domain names.
      """, valueName: "seconds"))
  var nameGrace: Double = 1

  @OptionGroup(title: "What is shown") var audit: AuditOptions
  @OptionGroup(title: "Output") var output: OutputOptions<EveryFormat>

  func validate() throws {
    try cluster.requireCluster()
    try StandardInput.requireSingleUse(captures + cluster.cluster + cluster.policies)
    guard (0...31_536_000).contains(nameGrace) else {
      throw ValidationError("--name-grace is 0 to 31536000 seconds")
    }
    if compareProfiles != nil, !cluster.profileOptions.isEmpty {
      throw ValidationError(
        "--compare-profiles names both profiles; write single flags behind them, as in"
          + " upstream,cilium+ipblock-matches-pods=yes")
    }
    if compareProfiles == nil, audit.namesKind(.profileDependent) {
      throw ValidationError("profile-dependent needs two profiles: --compare-profiles A,B")
    }
  }

  func run() throws {
    let input = try ClusterInput(cluster, profile: compareProfiles?.first, isQuiet: output.quiet)
    try input.requireNamespaces(audit.namespace)
    let judge = try AuditJudge(
      input, compared: compareProfiles?.second, verifies: audit.verify,
      graceNanoseconds: Int64((nameGrace * 1e9).rounded()))
    let layout = AuditLayout(
      aggregation: audit.aggregate, sort: audit.sort, limit: audit.limit,
      policies: PolicyLocations(input.policies), captures: captures)
    let outputs = try output.open()
    let session = AuditSession(
      judge: judge, options: audit, digest: input.digest,
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
      services: judge.auditor.services.translation,
      knownServers: KnownServers(input.snapshot, services: judge.auditor.services),
      observations: session.observations, sink: session.add)
    try session.finish(
      AuditOverview(
        run: account, cluster: ClusterCounts(input.snapshot, input.policies),
        digest: input.digest, summary: session.summary, leftOut: input.leftOut,
        notes: judge.notes(session.observations), profile: input.profile,
        comparedProfile: compareProfiles?.second, verification: session.judge.verification))
    try finish(session, account)
  }

  private func finish(_ session: AuditSession, _ account: CaptureAccount) throws {
    if let difference = session.judge.firstDifference {
      throw CommandFailure(
        "--verify: \(session.judge.verification?.different ?? 0) verdicts differ from the rule-by-rule evaluator; the"
          + " first is\n\(difference)")
    }
    if let verification = session.judge.verification, !output.quiet {
      StandardError.line(
        "note: --verify: \(verification.flows) flows have the same verdicts rule by rule")
    }
    try account.throwIfIncomplete()
    if audit.failingKinds.contains(where: { $0.count(in: session.gateSummary) > 0 }) {
      throw ExitCode(Exit.found)
    }
  }
}
