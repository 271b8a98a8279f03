import ClusterModel
import FlowAudit
import NetworkTypes

/// Writes the answers to a table of connections in one form of output.
public struct CheckReport {
  private static let csvColumns = [
    "file", "line", "source", "destination", "protocol", "port", "family", "verdict", "egress",
    "ingress", "expected_verdict", "expected_egress", "expected_ingress", "result",
    "egress_reason", "egress_policies", "egress_rule", "ingress_reason", "ingress_policies",
    "ingress_rule", "egress_remarks", "ingress_remarks",
  ]

  private let format: OutputFormat
  private let style: TextStyle
  private let form: VerdictRecordJSON
  private let showsOnlyDifferences: Bool
  /// Parts of policies that `--keep-going` left out, one sentence each.
  private let leftOut: [String]
  private var buffer: ReportBuffer
  private var json = JSONWriter()
  private var table: TextTable
  private var differences: [String] = []

  public init(
    _ format: OutputFormat, style: TextStyle, policies: PolicyLocations,
    showsOnlyDifferences: Bool, leftOut: [String] = [], to buffer: ReportBuffer
  ) {
    self.leftOut = leftOut
    self.format = format
    self.style = style
    form = VerdictRecordJSON(policies: policies)
    self.showsOnlyDifferences = showsOnlyDifferences
    self.buffer = buffer
    let reasons = format == .wide ? ["EGRESS", "INGRESS"] : ["DECIDED BY"]
    table = TextTable(
      (["RESULT", "VERDICT", "SOURCE", "DESTINATION", "PORT", "FAMILY"] + reasons).map {
        .init(title: $0)
      })
  }

  public mutating func begin() {
    switch format {
    case .text, .wide, .ndjson: break
    case .csv: CSVLine.write(Self.csvColumns, to: &buffer)
    case .json:
      json.beginObject()
      json.member("schema", VerdictRecordJSON.schema)
      json.key("connections")
      json.beginList()
    }
  }

  public mutating func add(_ result: CheckedConnection) {
    let found = result.differences
    if showsOnlyDifferences, found.isEmpty { return }
    switch format {
    case .text, .wide:
      table.add(cells(of: result, isDifferent: !found.isEmpty))
      for difference in found {
        differences.append(
          "\(result.row.location.file):\(result.row.location.line):"
            + " \(difference.column.rawValue) is \(difference.actual.rawValue), expected"
            + " \(difference.expected.rawValue): \(Self.title(of: result))")
      }
    case .csv: CSVLine.write(fields(of: result, isDifferent: !found.isEmpty), to: &buffer)
    case .json:
      json.breakLine()
      write(result, found)
      buffer.write(bytes: json.takeBytes())
    case .ndjson:
      json.removeAll()
      write(result, found)
      json.endLine()
      buffer.write(bytes: json.bytes)
    }
  }

  /// - Throws: what stopped the output at any time.
  public mutating func finish(_ summary: CheckSummary, digest: InputDigest) throws {
    switch format {
    case .csv, .ndjson: break
    case .text, .wide:
      for part in leftOut {
        buffer.writeLine(style.apply(.yellow, to: "left out: \(TerminalText.escaped(part))"))
      }
      writeSummary(summary)
      if !differences.isEmpty {
        buffer.writeLine()
        buffer.writeLine(style.apply(.bold, to: "DIFFERENT"))
        for difference in differences {
          buffer.writeLine(style.apply(.red, to: TerminalText.escaped(difference)))
        }
      }
      if !table.isEmpty {
        buffer.writeLine()
        table.write(to: &buffer, style: style)
      }
    case .json:
      json.breakLine()
      json.endList()
      json.breakLine()
      json.key("summary")
      json.beginObject()
      json.member("connections", summary.connections)
      json.member("allowed", summary.allowed)
      json.member("denied", summary.denied)
      json.member("undecided", summary.undecided)
      json.member("compared", summary.compared)
      json.member("different", summary.different)
      json.member("unchecked", summary.unchecked)
      json.endObject()
      json.member("left_out", leftOut)
      digest.write(to: &json, hasSchema: false)
      json.endObject()
      json.endLine()
      buffer.write(bytes: json.takeBytes())
    }
    try buffer.finish()
  }

  private mutating func writeSummary(_ summary: CheckSummary) {
    var line =
      "\(Count(summary.connections, "connection")): \(summary.allowed) allowed,"
      + " \(summary.denied) denied"
    if summary.undecided > 0 { line += ", \(summary.undecided) undecided" }
    line += "; \(summary.compared) compared"
    if summary.different > 0 {
      line += ", " + style.apply(.boldRed, to: "\(summary.different) different")
    } else if summary.compared > 0 {
      line += ", all as expected"
    }
    if summary.unchecked > 0 {
      line += "; " + style.apply(.boldRed, to: "\(Count(summary.unchecked, "line")) not checked")
    }
    buffer.writeLine(line)
  }

  // MARK: - One connection

  private static func title(of result: CheckedConnection) -> String {
    let request = result.row.request
    return "\(request.source) -> \(request.destination)"
      + " \(DecisionText.port(request.ipProtocol, request.port))"
  }

  /// The probe that shows why the verdict is what it is: the first, or the first that denies of several.
  private static func tellingProbe(of result: CheckedConnection) -> CheckedConnection.Probe {
    result.probes.first { !$0.decision.isAllowed } ?? result.probes[0]
  }

  private static func decided(_ result: CheckedConnection) -> String {
    let probe = tellingProbe(of: result)
    if result.verdict == .undecided {
      return result.probes.map { probe in
        let ends = "\(probe.connection.source) -> \(probe.connection.destination)"
        return "\(ends) \(DecisionText.text(of: probe.decision, probe.citations))"
      }.joined(separator: "; ")
    }
    return DecisionText.text(of: probe.decision, probe.citations)
  }

  private static func result(_ result: CheckedConnection, isDifferent: Bool) -> String {
    if isDifferent { return "different" }
    return result.row.expected == ConnectionTable.Expectation() ? "" : "ok"
  }

  private func cells(of result: CheckedConnection, isDifferent: Bool) -> [TextTable.Cell] {
    let request = result.row.request
    let probe = Self.tellingProbe(of: result)
    let reasons =
      format == .wide
      ? [
        DecisionText.text(of: probe.decision.egress, .egress, probe.citations.egress),
        DecisionText.text(of: probe.decision.ingress, .ingress, probe.citations.ingress),
      ] : [Self.decided(result)]
    return [
      .init(Self.result(result, isDifferent: isDifferent), isDifferent ? .boldRed : .plain),
      .init(result.verdict.rawValue, TextStyle.look(of: result.verdict)),
      .init(request.source.description), .init(request.destination.description),
      .init(DecisionText.port(request.ipProtocol, request.port)),
      .init(request.family.map { "\($0.rawValue)" } ?? ""),
    ] + reasons.map { .init($0) }
  }

  private func fields(of result: CheckedConnection, isDifferent: Bool) -> [String] {
    func word(_ expected: Bool?) -> String {
      expected.map { $0 ? "allowed" : "denied" } ?? ""
    }
    func fields(of side: SideDecision) -> [String] {
      let policies = side.rule.map { [$0.policy] } ?? side.isolatedBy
      return [
        side.reason.rawValue, policies.map(\.description).joined(separator: "; "),
        side.rule?.fieldPath ?? "",
      ]
    }
    let (row, request) = (result.row, result.row.request)
    let probe = Self.tellingProbe(of: result)
    return [
      row.location.file, "\(row.location.line)", request.source.description,
      request.destination.description, request.ipProtocol.description,
      request.ipProtocol.hasPorts ? "\(request.port)" : "",
      request.family.map { "\($0.rawValue)" } ?? "", result.verdict.rawValue,
      result.egress.rawValue, result.ingress.rawValue, word(row.expected.verdict),
      word(row.expected.egress), word(row.expected.ingress),
      Self.result(result, isDifferent: isDifferent),
    ] + fields(of: probe.decision.egress) + fields(of: probe.decision.ingress) + [
      CSVLine.field(of: probe.citations.egress), CSVLine.field(of: probe.citations.ingress),
    ]
  }

  private mutating func write(
    _ result: CheckedConnection, _ differences: [CheckedConnection.Difference]
  ) {
    let (row, request) = (result.row, result.row.request)
    json.beginObject()
    json.member("file", row.location.file)
    json.member("line", row.location.line)
    json.member("source", request.source.description)
    json.member("destination", request.destination.description)
    json.member("protocol", request.ipProtocol.description)
    json.key("port")
    if request.ipProtocol.hasPorts { json.number(request.port) } else { json.null() }
    json.key("family")
    if let family = request.family { json.number(family.rawValue) } else { json.null() }
    json.member("verdict", result.verdict.rawValue)
    json.member("egress", result.egress.rawValue)
    json.member("ingress", result.ingress.rawValue)
    json.key("expected")
    json.beginObject()
    for (name, value) in [
      ("verdict", row.expected.verdict), ("egress", row.expected.egress),
      ("ingress", row.expected.ingress),
    ] {
      json.member(name, value.map { $0 ? "allowed" : "denied" })
    }
    json.endObject()
    json.member("different", differences.map(\.column.rawValue))
    json.key("probes")
    json.beginList()
    for probe in result.probes {
      json.beginObject()
      json.member("source_ip", probe.connection.source.description)
      json.member("destination_ip", probe.connection.destination.description)
      json.key("destination_port")
      if request.ipProtocol.hasPorts {
        json.number(probe.connection.destinationPort)
      } else {
        json.null()
      }
      json.member("verdict", probe.decision.isAllowed ? "allowed" : "denied")
      form.write(probe.decision.egress, .egress, probe.citations.egress, to: &json)
      form.write(probe.decision.ingress, .ingress, probe.citations.ingress, to: &json)
      json.endObject()
    }
    json.endList()
    json.endObject()
  }
}
