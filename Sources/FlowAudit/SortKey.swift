import NetworkTypes

/// The order of an audit's lines; counts go down from the largest. Raw values are those of the command line.
public enum SortKey: String, Sendable, Hashable, CaseIterable {
  /// What needs attention first: unenforced, denied, undecided, allowed but unanswered, allowed, outside the cluster.
  case verdict
  case time
  case source
  case destination
  case port
  case flows
  case packets
  case bytes

  /// `groups` in this order; equal ones by source, destination, port and verdict.
  public func sort(_ groups: inout [FlowGroup]) {
    let keyed = groups.map { (key: key(of: $0), group: $0) }
    groups = keyed.sorted { $0.key < $1.key }.map(\.group)
  }

  /// `records` in this order; equal ones by time, then by addresses and ports.
  public func sort(_ records: inout [VerdictRecord]) {
    let keyed = records.map { (key: key(of: $0), record: $0) }
    records = keyed.sorted { $0.key < $1.key }.map(\.record)
  }

  /// A number, then two texts, all ascending.
  private struct Key: Comparable {
    var number: Int64 = 0
    var text = ""
    var tie = ""

    static func < (left: Key, right: Key) -> Bool {
      (left.number, left.text, left.tie) < (right.number, right.text, right.tie)
    }
  }

  private func key(of group: FlowGroup) -> Key {
    let key = group.key
    let tie =
      "\(key.source) \(key.sourcePort ?? 0) \(key.destination) \(padded(key.port))"
      + " \(key.ipProtocol) \(key.verdict.rawValue)"
      + " \(key.service.map { "\($0.namespace)/\($0.name) \($0.port)" } ?? "")"
      + " \(padded(UInt64(bitPattern: group.firstTime?.nanoseconds ?? .max)))"
    switch self {
    case .verdict:
      let severity = Self.severity(
        key.verdict, isUnenforced: group.unenforced > 0, isUnanswered: group.unanswered > 0)
      return Key(number: severity, tie: tie)
    case .time: return Key(number: group.firstTime?.nanoseconds ?? .max, tie: tie)
    case .source: return Key(text: key.source, tie: tie)
    case .destination: return Key(text: key.destination, tie: tie)
    case .port: return Key(number: Int64(key.port), tie: tie)
    case .flows: return Key(number: -Int64(group.flows), tie: tie)
    case .packets:
      return Key(number: -Int64(clamping: group.packets + group.replyPackets), tie: tie)
    case .bytes: return Key(number: -Int64(clamping: group.bytes + group.replyBytes), tie: tie)
    }
  }

  private func key(of record: VerdictRecord) -> Key {
    let flow = record.flow
    let time = padded(UInt64(bitPattern: flow.startTime?.nanoseconds ?? .max))
    let tie = "\(time) \(flow.tuple)"
    switch self {
    case .verdict:
      let severity = Self.severity(
        record.verdict, isUnenforced: record.mismatch == .unenforced,
        isUnanswered: record.mismatch == .unanswered)
      return Key(number: severity, tie: tie)
    case .time: return Key(number: flow.startTime?.nanoseconds ?? .max, tie: "\(flow.tuple)")
    case .source: return Key(text: Aggregation.pod.name(of: record.source), tie: tie)
    case .destination: return Key(text: Aggregation.pod.name(of: record.destination), tie: tie)
    case .port: return Key(number: Int64(record.destination.port), tie: tie)
    case .flows: return Key(tie: tie)
    case .packets:
      return Key(number: -Int64(clamping: flow.forward.packets + flow.reverse.packets), tie: tie)
    case .bytes:
      return Key(number: -Int64(clamping: flow.forward.bytes + flow.reverse.bytes), tie: tie)
    }
  }

  private static func severity(
    _ verdict: Verdict, isUnenforced: Bool, isUnanswered: Bool
  ) -> Int64 {
    switch verdict {
    case .denied: isUnenforced ? 0 : 1
    case .undecided: 2
    case .allowed: isUnanswered ? 3 : 4
    case .notEvaluated: 5
    }
  }

  /// Digits of equal length, so that texts compare as numbers do.
  private func padded(_ number: some UnsignedInteger) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
