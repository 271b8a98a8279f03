import ClusterModel
import FlowAudit
import NetworkTypes

/// Tells how the verdict of one connection comes about.
public struct ExplainReport {
  /// What was asked, and what the user called both ends.
  public struct Question: Sendable {
    public var source: String
    public var destination: String
    public var ipProtocol: IPProtocol
    public var port: UInt16

    public init(source: String, destination: String, ipProtocol: IPProtocol, port: UInt16) {
      self.source = source
      self.destination = destination
      self.ipProtocol = ipProtocol
      self.port = port
    }
  }

  private let style: TextStyle
  private let form: VerdictRecordJSON
  private let citing: RemarkCiting
  private let leftOut: [String]

  /// - Parameter leftOut: parts of policies that `--keep-going` left out, one sentence each.
  public init(
    style: TextStyle, policies: PolicyLocations, citing: RemarkCiting, leftOut: [String] = []
  ) {
    self.style = style
    self.leftOut = leftOut
    form = VerdictRecordJSON(policies: policies)
    self.citing = citing
  }

  // MARK: - Text

  /// One part for all connections whose story is the same (the families of dual-stack pods, say).
  /// - Throws: what stopped the output.
  public func writeText(
    _ traces: [ConnectionTrace], of question: Question, to buffer: ReportBuffer
  ) throws {
    var buffer = buffer
    for part in leftOut {
      buffer.writeLine(style.apply(.yellow, to: "left out: \(TerminalText.escaped(part))"))
    }
    if !leftOut.isEmpty { buffer.writeLine() }
    var parts: [[ConnectionTrace]] = []
    for trace in traces {
      let index = parts.firstIndex {
        $0[0].egress == trace.egress && $0[0].ingress == trace.ingress
          && $0[0].source == trace.source && $0[0].destination == trace.destination
      }
      if let index { parts[index].append(trace) } else { parts.append([trace]) }
    }
    for (index, part) in parts.enumerated() {
      if index > 0 { buffer.writeLine() }
      write(part, of: question, to: &buffer)
    }
    try buffer.finish()
  }

  private func write(
    _ traces: [ConnectionTrace], of question: Question, to buffer: inout ReportBuffer
  ) {
    let trace = traces[0]
    let decision = trace.decision
    let denying = [(Direction.egress, decision.egress), (.ingress, decision.ingress)]
      .filter { !$0.1.isAllowed }.map(\.0.description)
    let verdict = decision.auditVerdict
    let sides = denying.isEmpty ? "" : " (\(denying.joined(separator: ", ")))"
    let title = DecisionText.word(for: verdict).uppercased() + sides
    buffer.writeLine(
      style.apply(verdict == .denied ? .boldRed : TextStyle.look(of: verdict), to: title)
        + TerminalText.escaped(
          "  \(question.source) -> \(question.destination)"
            + " \(DecisionText.port(question.ipProtocol, question.port))"))
    for trace in traces {
      let connection = trace.connection
      let ends =
        "\(connection.source) (\(trace.source)) -> "
        + DecisionText.address(
          connection.destination, connection.destinationPort, connection.ipProtocol)
        + " (\(trace.destination))" + (connection.isThroughService ? ", through the Service" : "")
      buffer.writeLine("  \(TerminalText.escaped(ends))")
    }
    for side in [trace.egress, trace.ingress] {
      writeSummary(side, of: trace.connection, to: &buffer)
    }
    for side in [trace.egress, trace.ingress] {
      if let closest = ClosestRule(side) {
        buffer.writeLine(
          TerminalText.escaped(
            "  closest rule: \(closest.policy): \(closest.reason)"))
      }
    }
    for side in [trace.egress, trace.ingress] where !side.tiers.isEmpty {
      let pod = side.direction == .egress ? trace.source : trace.destination
      buffer.writeLine()
      buffer.writeLine(
        style.apply(.bold, to: TerminalText.escaped("\(side.direction) of \(pod)")))
      for tier in side.tiers { write(tier, side.direction, to: &buffer) }
    }
  }

  private func writeSummary(
    _ side: SideTrace, of connection: Connection, to buffer: inout ReportBuffer
  ) {
    let verdict = side.decision.verdict
    let location = side.decision.rule.flatMap { form.policies.location(of: $0) }
    let direction = side.direction.description
    buffer.writeLine(
      "  \(direction)\(String(repeating: " ", count: 9 - direction.count))"
        + style.apply(TextStyle.look(of: verdict), to: verdict.rawValue)
        + String(repeating: " ", count: max(1, 11 - verdict.rawValue.count))
        + TerminalText.escaped(
          side.passes.map { "passed on by \(DecisionText.text(of: $0)), then " }.joined()
            + DecisionText.text(
              of: side.decision, side.direction,
              citing.citations(for: side.decision, side.direction, of: connection))
            + (location.map { "  \($0.file):\($0.line)" } ?? "")))
  }

  private func write(
    _ tier: TierTrace, _ direction: Direction, to buffer: inout ReportBuffer
  ) {
    buffer.writeLine(
      TerminalText.escaped(
        "  \(tier.tier.rawValue) tier: \(TraceText.outcome(of: tier, direction))"))
    let deciding = tier.decidingRule
    // Rules of the Admin and Baseline tiers count in order: none after the one that decides.
    var isDecided = false
    for policy in tier.policies {
      let name = (policy.policy.namespace.map { "\($0)/" } ?? "") + policy.policy.name
      let place = policy.location.map { "  \($0.file):\($0.line)" } ?? ""
      let priority = policy.priority.map { ", priority \($0)" } ?? ""
      buffer.writeLine(
        TerminalText.escaped(
          "    \(policy.policy.kind.rawValue) \(name)\(priority):"
            + " \(TraceText.selection(policy, direction))\(place)"))
      for rule in policy.rules {
        write(rule, of: policy.policy, direction, isReached: !isDecided, to: &buffer)
        if let deciding, policy.policy.kind != .networkPolicy, deciding.policy == policy.policy,
          deciding.ruleIndex == rule.index
        {
          isDecided = true
        }
      }
    }
  }

  private func write(
    _ rule: RuleTrace, of policy: PolicyIdentity, _ direction: Direction, isReached: Bool,
    to buffer: inout ReportBuffer
  ) {
    let name = rule.name.isEmpty ? "" : " (\(rule.name))"
    let isMatch = if case .fails = rule.outcome { false } else { true }
    buffer.writeLine(
      "      "
        + style.apply(
          isMatch && isReached ? .bold : .plain,
          to: TerminalText.escaped(
            "\(direction)[\(rule.index)]\(name) \(TraceText.outcome(of: rule))"
              + (isMatch && !isReached ? ", but is not reached" : ""))))
    let peers = direction == .ingress ? "from" : "to"
    for (index, peer) in rule.peers.enumerated() {
      buffer.writeLine(
        TerminalText.escaped("        \(peers)[\(index)] \(TraceText.outcome(of: peer))"))
    }
    let ports = policy.kind == .clusterNetworkPolicy ? "protocols" : "ports"
    for (index, port) in rule.ports.enumerated() {
      buffer.writeLine(
        TerminalText.escaped("        \(ports)[\(index)] \(TraceText.outcome(of: port))"))
    }
  }

  // MARK: - JSON

  /// One document with every connection.
  /// - Throws: what stopped the output.
  public func writeJSON(
    _ traces: [ConnectionTrace], of question: Question, to buffer: ReportBuffer
  ) throws {
    var buffer = buffer
    var json = JSONWriter()
    json.beginObject()
    json.member("schema", VerdictRecordJSON.schema)
    write(question, to: &json)
    json.member("left_out", leftOut)
    json.key("connections")
    json.beginList()
    for trace in traces {
      json.breakLine()
      json.beginObject()
      writeMembers(of: trace, to: &json)
      json.endObject()
    }
    json.endList()
    json.endObject()
    json.endLine()
    buffer.write(bytes: json.bytes)
    try buffer.finish()
  }

  /// One connection a line.
  /// - Throws: what stopped the output.
  public func writeNDJSON(
    _ traces: [ConnectionTrace], of question: Question, to buffer: ReportBuffer
  ) throws {
    var buffer = buffer
    for trace in traces {
      var json = JSONWriter()
      json.beginObject()
      write(question, to: &json)
      writeMembers(of: trace, to: &json)
      json.endObject()
      json.endLine()
      buffer.write(bytes: json.bytes)
    }
    try buffer.finish()
  }

  private func write(_ question: Question, to json: inout JSONWriter) {
    json.member("source", question.source)
    json.member("destination", question.destination)
    json.member("protocol", question.ipProtocol.description)
    json.key("port")
    if question.ipProtocol.hasPorts { json.number(question.port) } else { json.null() }
  }

  private func writeMembers(of trace: ConnectionTrace, to json: inout JSONWriter) {
    json.member("source_ip", trace.connection.source.description)
    json.member("source_owner", trace.source.description)
    json.member("destination_ip", trace.connection.destination.description)
    json.member("destination_owner", trace.destination.description)
    json.key("destination_port")
    if trace.connection.ipProtocol.hasPorts {
      json.number(trace.connection.destinationPort)
    } else {
      json.null()
    }
    json.member("through_service", trace.connection.isThroughService)
    json.member("verdict", trace.decision.auditVerdict.rawValue)
    for side in [trace.egress, trace.ingress] {
      form.write(
        side.decision, side.direction,
        citing.citations(for: side.decision, side.direction, of: trace.connection),
        passedBy: side.passes, to: &json)
      let closest = ClosestRule(side)
      json.member(
        "\(side.direction)_closest_rule",
        closest.map { "\($0.policy): \($0.reason)" })
      json.key("\(side.direction)_tiers")
      json.beginList()
      for tier in side.tiers { write(tier, side.direction, to: &json) }
      json.endList()
    }
  }

  private func write(_ tier: TierTrace, _ direction: Direction, to json: inout JSONWriter) {
    json.beginObject()
    json.member("tier", tier.tier.rawValue)
    json.member("outcome", TraceText.outcome(of: tier, direction))
    json.key("policies")
    json.beginList()
    for policy in tier.policies {
      json.beginObject()
      json.member("kind", policy.policy.kind.rawValue)
      json.member("namespace", policy.policy.namespace)
      json.member("name", policy.policy.name)
      json.key("priority")
      if let priority = policy.priority { json.number(priority) } else { json.null() }
      json.member("file", policy.location?.file)
      json.key("line")
      if let location = policy.location { json.number(location.line) } else { json.null() }
      json.member("applies", policy.selection == .applies)
      json.member("selection", TraceText.selection(policy, direction))
      json.key("rules")
      json.beginList()
      for rule in policy.rules { write(rule, direction, to: &json) }
      json.endList()
      json.endObject()
    }
    json.endList()
    json.endObject()
  }

  private func write(_ rule: RuleTrace, _ direction: Direction, to json: inout JSONWriter) {
    json.beginObject()
    json.member("rule", "spec.\(direction)[\(rule.index)]")
    json.member("name", rule.name)
    json.member("matches", { if case .fails = rule.outcome { false } else { true } }())
    json.member("outcome", TraceText.outcome(of: rule))
    json.member("peers", rule.peers.map(TraceText.outcome))
    json.member("ports", rule.ports.map(TraceText.outcome))
    json.endObject()
  }
}

extension TierTrace {
  /// The rule that ended the tier.
  fileprivate var decidingRule: DecidingRule? {
    switch outcome {
    case .allowed(let rule), .denied(let rule), .passed(let rule): rule
    case .notReached, .deniedByIsolation, .exemptSelf, .notIsolated, .noMatch: nil
    }
  }
}

extension SideTrace {
  /// The rules that passed the connection on, tier by tier (A6).
  fileprivate var passes: [DecidingRule] {
    tiers.compactMap { if case .passed(let rule) = $0.outcome { rule } else { nil } }
  }
}
