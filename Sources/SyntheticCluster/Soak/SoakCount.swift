import NetworkTypes

/// Counts the flows that a program wrote as CSV against the ``SoakTraffic`` that it read: each must be there once, with
/// its packets and bytes.
public struct SoakCount: Sendable {
  private let traffic: SoakTraffic
  private var line: [UInt8] = []
  /// Places of the columns that are looked at, in the order of ``columns``; empty before the header.
  private var places: [Int] = []
  private var isSeen: [Bool]

  public private(set) var rows = 0
  /// Flows that came out at least once.
  public private(set) var distinctFlows = 0
  public private(set) var packets: UInt64 = 0
  public private(set) var bytes: UInt64 = 0
  /// Rows that are not as they must be, and the first of them.
  public private(set) var wrongRows = 0
  public private(set) var firstWrongRow: String?

  public init(_ traffic: SoakTraffic) {
    self.traffic = traffic
    isSeen = Array(repeating: false, count: traffic.flowCount)
  }

  /// Takes the next bytes of the output.
  public mutating func take(_ piece: some Sequence<UInt8>) {
    for byte in piece {
      if byte == UInt8(ascii: "\n") {
        takeLine()
        line.removeAll(keepingCapacity: true)
      } else {
        line.append(byte)
      }
    }
  }

  /// Columns of `flows` and of `audit`.
  private static let columns: [Set<String>] = [
    ["first_sender_ip", "source_ip"], ["other_end_ip", "destination_ip"],
    ["first_sender_port", "source_port"], ["other_end_port", "destination_port"], ["protocol"],
    ["packets"], ["bytes"], ["reply_packets"], ["reply_bytes"], ["observed"],
  ]

  private mutating func takeLine() {
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    if places.isEmpty {
      let names = fields.map { String(decoding: $0, as: UTF8.self) }
      places = Self.columns.map { columns in
        names.firstIndex(where: columns.contains) ?? names.count
      }
      return
    }
    rows += 1
    if !takeRow(fields) {
      wrongRows += 1
      if firstWrongRow == nil { firstWrongRow = String(decoding: line, as: UTF8.self) }
    }
  }

  /// - Returns: whether the row is a flow that is as it must be, and the first of it.
  private mutating func takeRow(_ fields: [ArraySlice<UInt8>]) -> Bool {
    guard let most = places.max(), most < fields.count,
      let source = Self.address(fields[places[0]]),
      let destination = Self.address(fields[places[1]]),
      let number = traffic.number(source: source, destination: destination)
    else { return false }
    let wanted = traffic.flow(number)
    let counters = places[5...8].map { Self.number(fields[$0]) }
    packets += counters[0] + counters[2]
    bytes += counters[1] + counters[3]
    let isFirst = !isSeen[number]
    if isFirst {
      isSeen[number] = true
      distinctFlows += 1
    }
    return isFirst && Self.number(fields[places[2]]) == UInt64(wanted.tuple.sourcePort)
      && Self.number(fields[places[3]]) == UInt64(wanted.tuple.destinationPort)
      && fields[places[4]].elementsEqual(wanted.tuple.ipProtocol == .udp ? "UDP".utf8 : "TCP".utf8)
      && counters[0] == wanted.packets && counters[1] == wanted.bytes
      && counters[2] == wanted.replyPackets && counters[3] == wanted.replyBytes
      && fields[places[9]].elementsEqual("established".utf8)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
    digits.reduce(0) { $0 &* 10 &+ UInt64($1 &- UInt8(ascii: "0")) }
  }

  private static func address(_ text: ArraySlice<UInt8>) -> IPAddress? {
    var bits: UInt32 = 0
    var part: UInt32 = 0
    var dots = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "."):
        bits = bits << 8 | part
        part = 0
        dots += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        part = part &* 10 &+ UInt32(byte - UInt8(ascii: "0"))
      default: return nil
      }
    }
    return dots == 3 ? IPAddress(ipv4: bits << 8 | part) : nil
  }

  /// What is wrong, one sentence each; nothing where every flow came out once, as it must.
  public var problems: [String] {
    var problems: [String] = []
    if rows != traffic.flowCount {
      problems.append("\(rows) rows, not \(traffic.flowCount)")
    }
    if distinctFlows != traffic.flowCount {
      problems.append("\(distinctFlows) distinct flows, not \(traffic.flowCount)")
    }
    if packets != traffic.packetCount {
      problems.append("\(packets) packets, not \(traffic.packetCount)")
    }
    if let firstWrongRow { problems.append("\(wrongRows) wrong rows, the first: \(firstWrongRow)") }
    return problems
  }
}
