import FlowAudit
import FlowTracking
import NetworkTypes

/// Writes the flows of captures in one form of output, without any cluster.
///
/// Flows are told by their first sender, whichever end opened them.
public struct FlowReport {
  private static let csvColumns = [
    "flow_id", "community_id", "protocol", "first_sender_ip", "first_sender_port",
    "other_end_ip", "other_end_port", "packets", "bytes", "reply_packets", "reply_bytes",
    "start_time", "end_time", "observed", "initiator", "initiator_is_first_sender",
    "capture_file",
  ]

  /// Lines of a table for people, which is laid out at the end: the first flows; the others are counted.
  static let longestTable = 100_000

  private let format: OutputFormat
  private let style: TextStyle
  private let captures: [String]
  private var buffer: ReportBuffer
  private var json = JSONWriter()
  private var table: TextTable
  private var count = 0

  /// - Parameter captures: The captures, as the user named them, by ``Flow/captureIndex``.
  public init(
    _ format: OutputFormat, style: TextStyle, captures: [String], to buffer: ReportBuffer
  ) {
    self.format = format
    self.style = style
    self.captures = captures
    self.buffer = buffer
    var columns: [TextTable.Column] = [
      .init(title: "PROTOCOL"), .init(title: "FIRST SENDER"), .init(title: "OTHER END"),
      .init(title: "PACKETS", isNumber: true), .init(title: "BYTES", isNumber: true),
      .init(title: "REPLY PACKETS", isNumber: true), .init(title: "REPLY BYTES", isNumber: true),
      .init(title: "FIRST"), .init(title: "LAST"), .init(title: "OBSERVED"),
    ]
    if format == .wide {
      columns += [.init(title: "OPENED BY"), .init(title: "CAPTURE")]
    }
    table = TextTable(columns)
  }

  public mutating func begin() {
    switch format {
    case .text, .wide, .ndjson: break
    case .csv: CSVLine.write(Self.csvColumns, to: &buffer)
    case .json:
      json.beginObject()
      json.member("schema", VerdictRecordJSON.schema)
      json.key("flows")
      json.beginList()
    }
  }

  public mutating func add(_ flow: Flow) {
    count += 1
    let line = FlowLine(flow, captures: captures)
    switch format {
    case .text, .wide:
      if count <= Self.longestTable { table.add(line.cells(isWide: format == .wide)) }
    case .csv: CSVLine.write(line.fields, to: &buffer)
    case .json:
      json.breakLine()
      line.write(to: &json)
      buffer.write(bytes: json.takeBytes())
    case .ndjson:
      json.removeAll()
      line.write(to: &json)
      json.endLine()
      buffer.write(bytes: json.bytes)
    }
  }

  /// - Throws: what stopped the output at any time.
  public mutating func finish(_ run: CaptureAccount) throws {
    switch format {
    case .csv:
      if let mark = IncompleteMark(run) {
        buffer.write(bytes: mark.csvLine(columnCount: Self.csvColumns.count))
      }
    case .ndjson:
      if let mark = IncompleteMark(run) { buffer.write(bytes: mark.jsonLine) }
    case .text, .wide:
      CaptureText.write(run, to: &buffer)
      CaptureText.writeProblems(run, style: style, to: &buffer)
      buffer.writeLine("\(Count(count, "flow"))\(run.isComplete ? "" : " (incomplete)")")
      if !table.isEmpty {
        buffer.writeLine()
        table.write(to: &buffer, style: style)
      }
      if count > Self.longestTable {
        buffer.writeLine(
          "and \(Count(count - Self.longestTable, "more flow")); -o csv, ndjson and json hold all")
      }
    case .json:
      json.breakLine()
      json.endList()
      json.breakLine()
      json.write(run)
      json.endObject()
      json.endLine()
      buffer.write(bytes: json.takeBytes())
    }
    try buffer.finish()
  }
}

/// One flow as its first sender's.
private struct FlowLine {
  private let flow: Flow
  private let tuple: FiveTuple
  private let sent: Flow.Counters
  private let replied: Flow.Counters
  private let capture: String?

  init(_ flow: Flow, captures: [String]) {
    self.flow = flow
    let isForward = flow.isFirstSenderInitiator
    tuple = isForward ? flow.tuple : flow.tuple.reversed
    sent = isForward ? flow.forward : flow.reverse
    replied = isForward ? flow.reverse : flow.forward
    capture =
      captures.indices.contains(flow.captureIndex) ? captures[flow.captureIndex] : nil
  }

  private var opener: String {
    switch (flow.initiator, flow.isFirstSenderInitiator) {
    case (.syn, true): "first sender"
    case (.syn, false): "other end"
    case (.inferred, true): "first sender (inferred)"
    case (.inferred, false): "other end (inferred)"
    }
  }

  func cells(isWide: Bool) -> [TextTable.Cell] {
    let outcome = flow.outcome == .midStream ? "mid-stream" : flow.outcome.rawValue
    var cells: [TextTable.Cell] = [
      .init(tuple.ipProtocol.description),
      .init(DecisionText.address(tuple.source, tuple.sourcePort, tuple.ipProtocol)),
      .init(DecisionText.address(tuple.destination, tuple.destinationPort, tuple.ipProtocol)),
      .init("\(sent.packets)"), .init("\(sent.bytes)"), .init("\(replied.packets)"),
      .init("\(replied.bytes)"), .init(flow.startTime?.description ?? ""),
      .init(flow.endTime?.description ?? ""), .init(outcome),
    ]
    if isWide { cells += [.init(opener), .init(capture ?? "")] }
    return cells
  }

  private var ports: (source: String, destination: String) {
    tuple.ipProtocol.hasPorts
      ? ("\(tuple.sourcePort)", "\(tuple.destinationPort)") : ("", "")
  }

  var fields: [String] {
    [
      FlowIdentity.text(of: flow), CommunityID.text(for: tuple) ?? "",
      tuple.ipProtocol.description, tuple.source.description, ports.source,
      tuple.destination.description, ports.destination, "\(sent.packets)", "\(sent.bytes)",
      "\(replied.packets)", "\(replied.bytes)", flow.startTime?.description ?? "",
      flow.endTime?.description ?? "", flow.outcome.rawValue, flow.initiator.rawValue,
      "\(flow.isFirstSenderInitiator)", capture ?? "",
    ]
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("flow_id", FlowIdentity.text(of: flow))
    json.member("community_id", CommunityID.text(for: tuple))
    json.member("protocol", tuple.ipProtocol.description)
    for (name, address, port) in [
      ("first_sender", tuple.source, tuple.sourcePort),
      ("other_end", tuple.destination, tuple.destinationPort),
    ] {
      json.key(name)
      json.beginObject()
      json.member("ip", address.description)
      if tuple.ipProtocol.hasPorts { json.member("port", port) }
      json.endObject()
    }
    json.member("packets", sent.packets)
    json.member("bytes", sent.bytes)
    json.member("reply_packets", replied.packets)
    json.member("reply_bytes", replied.bytes)
    json.member("start_time", flow.startTime?.description)
    json.member("end_time", flow.endTime?.description)
    json.member("observed", flow.outcome.rawValue)
    json.member("initiator", flow.initiator.rawValue)
    json.member("initiator_is_first_sender", flow.isFirstSenderInitiator)
    json.key("capture")
    json.beginObject()
    json.member("file", capture)
    json.endObject()
    json.endObject()
  }
}
