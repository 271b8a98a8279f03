/// What is kept of one flow while packets are read: two cache lines, which ``RecordTable`` keeps apart.
///
/// The first line is all that an ordinary packet of an IPv4 flow touches; IPv6 also compares the addresses in the second.
/// A flow's two ends are its *low* and its *high* side, in the order of (address, port); direction 0 goes from the low side
/// to the high side, direction 1 back. Fields with two values are indexed by direction.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | IPv4: low address << 32, high address; IPv6: a 64-bit hash of both |
/// | 8 | 8 | low port << 48, high port << 32, view << 16, protocol << 8, mark << 7, family (4 or 6); 0 in a free record |
/// | 16 | 2 x 4 | packets |
/// | 24 | 2 x 1 | TCP flags seen |
/// | 26 | 1 | state, see ``State`` |
/// | 28 | 4 | next record of the same group, next free record in a free one; 0 if there is none |
/// | 32 | 2 x 8 | bytes |
/// | 48 | 2 x 8 | time of the last packet |
/// | 64 | 4 x 8 | IPv6: low address, high address (upper and lower halves) |
/// | 96 | 2 x 8 | time of the first packet |
/// | 112 | 2 x 4 | sequence number of the SYN |
/// | 120 | 2 x 2 | packets / 2^32 |
/// | 124 | 2 | capture of the first packet |
struct FlowRecord: BitwiseCopyable {
  var addresses: UInt64 = 0
  var portsAndMeta: UInt64 = 0
  var packets: (UInt32, UInt32) = (0, 0)
  var flags: (UInt8, UInt8) = (0, 0)
  var state = State()
  var reserved: UInt8 = 0
  var next: UInt32 = 0
  var bytes: (UInt64, UInt64) = (0, 0)
  var lastTime: (Int64, Int64) = (.min, .min)
  var lowHigh: UInt64 = 0
  var lowLow: UInt64 = 0
  var highHigh: UInt64 = 0
  var highLow: UInt64 = 0
  var firstTime: (Int64, Int64) = (0, 0)
  var synSequence: (UInt32, UInt32) = (0, 0)
  var packetCarry: (UInt16, UInt16) = (0, 0)
  var capture: UInt16 = 0
  var reserved2: UInt16 = 0

  /// Facts about a flow that counters do not hold.
  struct State: OptionSet, BitwiseCopyable {
    var rawValue: UInt8 = 0

    /// The first packet went in direction 1.
    static let startedByHigh = State(rawValue: 1 << 0)
    /// A SYN without ACK in direction 0, in direction 1.
    static let synFromLow = State(rawValue: 1 << 1)
    static let synFromHigh = State(rawValue: 1 << 2)
    static let synAckFromLow = State(rawValue: 1 << 3)
    static let synAckFromHigh = State(rawValue: 1 << 4)
    /// An ICMP error answered a packet of direction 0, of direction 1.
    static let lowRefused = State(rawValue: 1 << 5)
    static let highRefused = State(rawValue: 1 << 6)

    static func syn(_ direction: Int) -> State { direction == 0 ? synFromLow : synFromHigh }
    static func synAck(_ direction: Int) -> State {
      direction == 0 ? synAckFromLow : synAckFromHigh
    }
    static func refused(_ direction: Int) -> State { direction == 0 ? lowRefused : highRefused }
  }

  /// Low port << 16, high port.
  var ports: UInt32 { UInt32(truncatingIfNeeded: portsAndMeta >> 32) }
  var meta: UInt32 { UInt32(truncatingIfNeeded: portsAndMeta & ~Self.supersededMark) }
  var view: UInt16 { UInt16(truncatingIfNeeded: meta >> 16) }
  var ipProtocol: UInt8 { UInt8(truncatingIfNeeded: meta >> 8) }
  var family: UInt8 { UInt8(truncatingIfNeeded: meta) }
  var isFree: Bool { portsAndMeta == 0 }

  /// A newer flow with the same key has taken over the index entry.
  ///
  /// The mark is part of the key, so that a packet whose record was looked up before does not count for the old flow.
  var isSuperseded: Bool {
    get { portsAndMeta & Self.supersededMark != 0 }
    set {
      portsAndMeta = portsAndMeta & ~Self.supersededMark | (newValue ? Self.supersededMark : 0)
    }
  }
  private static let supersededMark: UInt64 = 0x80

  mutating func setFirstTime(_ direction: Int, _ time: Int64) {
    if direction == 0 { firstTime.0 = time } else { firstTime.1 = time }
  }

  mutating func setSYNSequence(_ direction: Int, _ sequence: UInt32) {
    if direction == 0 { synSequence.0 = sequence } else { synSequence.1 = sequence }
  }

  var startDirection: Int { state.contains(.startedByHigh) ? 1 : 0 }

  /// Time of the last packet of either direction.
  var endTime: Int64 { max(lastTime.0, lastTime.1) }
}
