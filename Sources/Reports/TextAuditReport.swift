import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes

/// For people: the summary, what contradicts the packets, then all flows.
struct TextAuditReport: AuditReport {
  private var buffer: ReportBuffer
  private let layout: AuditLayout
  private let isWide: Bool
  private var grouping: FlowGrouping

  init(_ layout: AuditLayout, isWide: Bool, to buffer: ReportBuffer) {
    self.buffer = buffer
    self.layout = layout
    self.isWide = isWide
    grouping = FlowGrouping(layout.aggregation)
  }

  mutating func begin(digest: InputDigest) {}

  mutating func add(_ record: VerdictRecord) { grouping.add(record) }

  mutating func finish(_ overview: AuditOverview) throws {
    var groups = grouping.groups
    (layout.sort ?? .verdict).sort(&groups)
    AuditHeading(overview: overview, style: layout.style).write(to: &buffer)
    section(
      "DENIED BUT ESTABLISHED", groups.filter { $0.unenforced > 0 },
      note: "these policies are not enforced, or the dump is not of the captures' time")
    section(
      "ALLOWED BUT UNANSWERED", groups.filter { $0.unanswered > 0 },
      note: "something other than these policies drops them, or nothing listens")
    if let pair = overview.profiles { comparison(groups, pair) }
    let shown = groups.reduce(0) { $0 + $1.flows }
    var title = "FLOWS"
    if shown < overview.summary.flows { title += " (\(shown) of \(overview.summary.flows))" }
    if !overview.run.isComplete { title += " (incomplete)" }
    if groups.isEmpty {
      buffer.writeLine()
      buffer.writeLine(layout.style.apply(.bold, to: title) + ": none")
    } else {
      section(title, groups, note: nil)
    }
    if grouping.ungroupedFlows > 0 {
      buffer.writeLine(
        "and \(Count(grouping.ungroupedFlows, "more flow")) on lines beyond the"
          + " \(FlowGrouping.maximumGroupCount)th; -o csv, ndjson and json hold all, and"
          + " --aggregate workload or namespace makes fewer lines")
    }
    try buffer.finish()
  }

  private mutating func section(_ title: String, _ groups: [FlowGroup], note: String?) {
    guard !groups.isEmpty else { return }
    buffer.writeLine()
    buffer.writeLine(
      layout.style.apply(.bold, to: title) + (note.map { ": \($0)" } ?? ""))
    var table = TextTable(columns)
    let limit = layout.limit ?? .max
    for group in groups.prefix(limit) { table.add(row(group)) }
    table.write(to: &buffer, style: layout.style)
    if groups.count > limit {
      buffer.writeLine("and \(Count(groups.count - limit, "more line"))")
    }
  }

  // MARK: - Profiles

  /// The flows that the two profiles judge differently, with both verdicts and what decided each.
  private mutating func comparison(_ groups: [FlowGroup], _ pair: ProfilePair) {
    let dependent = groups.compactMap { group in
      group.key.comparison.flatMap { $0.verdict == group.key.verdict ? nil : (group, $0) }
    }
    guard !dependent.isEmpty else { return }
    buffer.writeLine()
    buffer.writeLine(
      layout.style.apply(.bold, to: "VERDICT DEPENDS ON THE PROFILE")
        + ": where the API leaves it open, network plugins differ")
    var table = TextTable([
      .init(title: pair.first.name.uppercased()), .init(title: pair.second.name.uppercased()),
      .init(title: "SOURCE"), .init(title: "DESTINATION"), .init(title: "PORT"),
      .init(title: "VIA"), .init(title: "FLOWS", isNumber: true), .init(title: "FLAG"),
      .init(title: "DECIDED BY"),
    ])
    for (group, other) in dependent.prefix(layout.limit ?? .max) {
      table.add(comparisonRow(group, other, pair))
    }
    table.write(to: &buffer, style: layout.style)
    if let limit = layout.limit, dependent.count > limit {
      buffer.writeLine("and \(Count(dependent.count - limit, "more line"))")
    }
  }

  private func comparisonRow(
    _ group: FlowGroup, _ other: ProfileComparison, _ pair: ProfilePair
  ) -> [TextTable.Cell] {
    let key = group.key
    let decided = DecisionText.text(
      verdict: key.verdict, egress: key.egress, ingress: key.ingress,
      citations: key.citations.without(.profileDependent), undecided: key.undecided)
    let otherDecided = DecisionText.text(
      verdict: other.verdict, egress: other.egress, ingress: other.ingress,
      citations: other.citations.without(.profileDependent), undecided: other.undecided)
    let source = key.sourcePort.map { "\(key.source):\($0)" } ?? key.source
    let flags = other.decisiveFlags.map { $0.joined(separator: " with ") }
    return [
      .init(DecisionText.word(for: key.verdict), TextStyle.look(of: key.verdict)),
      .init(DecisionText.word(for: other.verdict), TextStyle.look(of: other.verdict)),
      .init(source), .init(key.destination), .init(DecisionText.port(key.ipProtocol, key.port)),
      .init(key.service.map { "\($0.namespace)/\($0.name):\($0.port)" } ?? ""),
      .init("\(group.flows)"), .init(flags.joined(separator: " or ")),
      .init("\(pair.first.name): \(decided); \(pair.second.name): \(otherDecided)"),
    ]
  }

  // MARK: - Rows

  private var columns: [TextTable.Column] {
    var columns: [TextTable.Column] = [
      .init(title: "VERDICT"), .init(title: "SOURCE"), .init(title: "DESTINATION"),
      .init(title: "PORT"), .init(title: "VIA"), .init(title: "FLOWS", isNumber: true),
      .init(title: "OBSERVED"),
    ]
    if isWide {
      columns += [
        .init(title: "INITIATOR"), .init(title: "PACKETS", isNumber: true),
        .init(title: "BYTES", isNumber: true), .init(title: "REPLY PACKETS", isNumber: true),
        .init(title: "REPLY BYTES", isNumber: true), .init(title: "FIRST"),
        .init(title: "LAST"), .init(title: "EGRESS"), .init(title: "INGRESS"),
        .init(title: "REMARKS"),
      ]
    } else {
      columns.append(.init(title: "DECIDED BY"))
    }
    return columns
  }

  private func row(_ group: FlowGroup) -> [TextTable.Cell] {
    let key = group.key
    let source = key.sourcePort.map { "\(key.source):\($0)" } ?? key.source
    let via = key.service.map { "\($0.namespace)/\($0.name):\($0.port)" } ?? ""
    var cells: [TextTable.Cell] = [
      .init(DecisionText.word(for: key.verdict), TextStyle.look(of: key.verdict)),
      .init(source), .init(key.destination), .init(DecisionText.port(key.ipProtocol, key.port)),
      .init(via), .init("\(group.flows)"),
      .init(
        observed(group),
        group.unenforced > 0 ? .boldRed : group.unanswered > 0 ? .yellow : .plain),
    ]
    guard isWide else {
      cells.append(
        .init(
          DecisionText.text(
            verdict: key.verdict, egress: key.egress, ingress: key.ingress,
            citations: key.citations, undecided: key.undecided)))
      return cells
    }
    let initiator =
      group.inferredInitiator == 0
      ? "syn" : group.inferredInitiator == group.flows ? "inferred" : "syn, inferred"
    let facts = key.undecided.map { "\(DecisionText.name(of: $0.fact)): \($0.detail)" }
    let remarks = facts + group.notes.sorted().map { $0.rawValue.replacing("_", with: " ") }
    cells += [
      .init(initiator), .init("\(group.packets)"), .init("\(group.bytes)"),
      .init("\(group.replyPackets)"), .init("\(group.replyBytes)"),
      .init(group.firstTime?.description ?? ""), .init(group.lastTime?.description ?? ""),
      .init(side(key.egress, .egress, key.citations.egress)),
      .init(side(key.ingress, .ingress, key.citations.ingress)),
      .init(remarks.joined(separator: "; ")),
    ]
    return cells
  }

  private func side(
    _ side: SideDecision, _ direction: Direction, _ remarks: [CitedRemark]
  ) -> String {
    let text = DecisionText.text(of: side, direction, remarks)
    let location =
      side.rule.flatMap { layout.policies.location(of: $0) }
      ?? side.isolatedBy.first.flatMap { layout.policies.location(of: $0) }
    return text + (location.map { " at \($0.file):\($0.line)" } ?? "")
  }

  /// `established`, or `2 established, 1 refused`.
  private func observed(_ group: FlowGroup) -> String {
    let seen = Flow.Outcome.allCases.compactMap { outcome -> (String, Int)? in
      guard let count = group.outcomes[outcome] else { return nil }
      return (outcome == .midStream ? "mid-stream" : outcome.rawValue, count)
    }
    if seen.count == 1 { return seen[0].0 }
    return seen.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
