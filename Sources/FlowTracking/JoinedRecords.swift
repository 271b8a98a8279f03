import NetworkTypes
import PacketDecode

/// What the records of one connection say together. Values for direction 0 and 1 of the first record.
struct JoinedRecords {
  private var firstTime: InlineArray<2, Int64> = [.max, .max]
  private var lastTime: InlineArray<2, Int64> = [.min, .min]
  private(set) var hasSyn: InlineArray<2, Bool> = [false, false]
  private(set) var hasSynAck: InlineArray<2, Bool> = [false, false]
  private var flags: InlineArray<2, UInt8> = [0, 0]
  private var isRefused: InlineArray<2, Bool> = [false, false]
  private var hasPackets: InlineArray<2, Bool> = [false, false]
  /// Direction of the first packet.
  let startDirection: Int
  private let ipProtocol: UInt8

  /// - Parameter first: the record with the earliest packet.
  @inline(__always)
  init(_ first: FlowRecord) {
    startDirection = first.startDirection
    ipProtocol = first.ipProtocol
  }

  /// Packets and bytes of records that cannot have seen the same packets: they add up.
  struct Chain {
    var packets: InlineArray<2, UInt64>
    var bytes: InlineArray<2, UInt64>
    let rank: Int
    var lastCapture: UInt16

    init(_ record: FlowRecord, isFlipped: Bool, rank: Int) {
      packets =
        isFlipped
        ? [record.packetCount(1), record.packetCount(0)]
        : [record.packetCount(0), record.packetCount(1)]
      bytes = isFlipped ? [record.bytes.1, record.bytes.0] : [record.bytes.0, record.bytes.1]
      self.rank = rank
      lastCapture = record.capture
    }

    mutating func append(_ other: Chain) {
      for direction in 0...1 {
        packets[direction] += other.packets[direction]
        bytes[direction] &+= other.bytes[direction]
      }
      lastCapture = other.lastCapture
    }
  }

  @inline(__always)
  mutating func add(_ record: FlowRecord, isFlipped: Bool) {
    for direction in 0...1 {
      let own = isFlipped ? 1 - direction : direction
      guard record.packetCount(own) > 0 else { continue }
      hasPackets[direction] = true
      firstTime[direction] = min(
        firstTime[direction], own == 0 ? record.firstTime.0 : record.firstTime.1)
      lastTime[direction] = max(
        lastTime[direction], own == 0 ? record.lastTime.0 : record.lastTime.1)
      flags[direction] |= own == 0 ? record.flags.0 : record.flags.1
      if record.state.contains(.syn(own)) { hasSyn[direction] = true }
      if record.state.contains(.synAck(own)) { hasSynAck[direction] = true }
      if record.state.contains(.refused(own)) { isRefused[direction] = true }
    }
  }

  /// Counters of a direction, with the times of all records.
  @inline(__always)
  func counters(_ direction: Int, packets: UInt64, bytes: UInt64) -> Flow.Counters {
    if packets == 0 { return Flow.Counters() }
    return Flow.Counters(
      packets: packets, bytes: bytes, firstTime: Self.time(firstTime[direction]),
      lastTime: Self.time(lastTime[direction]))
  }

  /// `nil` for packets without a time.
  private static func time(_ nanoseconds: Int64) -> Timestamp? {
    nanoseconds == PacketStage.unknownTime ? nil : Timestamp(nanoseconds: nanoseconds)
  }

  /// What the packets show, if direction `initiator` is the initiator's.
  @inline(__always)
  func outcome(initiator: Int) -> Flow.Outcome {
    let answer = 1 - initiator
    switch ipProtocol {
    case IPProtocol.tcp.rawValue, IPProtocol.sctp.rawValue:
      let isStartSeen = hasSyn[initiator] || hasSynAck[answer]
      guard isStartSeen else {
        return isRefused[initiator] && !hasPackets[answer] ? .refused : .midStream
      }
      if hasSynAck[answer] { return .established }
      // Without the SYN-ACK in the capture: data in both directions show it all the same.
      let hasAnswerData =
        hasPackets[answer] && flags[answer] & TCPFlags.rst == 0
        && flags[initiator] & TCPFlags.ack != 0
      if hasAnswerData { return .established }
      return flags[answer] & TCPFlags.rst != 0 || isRefused[initiator] ? .refused : .unanswered
    default:
      if hasPackets[answer] { return .established }
      return isRefused[initiator] ? .refused : .unanswered
    }
  }
}

extension FlowRecord {
  /// Packets of a direction.
  func packetCount(_ direction: Int) -> UInt64 {
    direction == 0
      ? UInt64(packets.0) + UInt64(packetCarry.0) << 32
      : UInt64(packets.1) + UInt64(packetCarry.1) << 32
  }
}
