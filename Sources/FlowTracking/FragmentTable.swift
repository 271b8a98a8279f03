import PacketDecode

/// Which flow the later fragments of a datagram belong to: that of the first fragment, which alone has the ports.
///
/// Bounded: the oldest datagrams are forgotten, and nothing is believed for longer than Linux waits for fragments (30 s).
struct FragmentTable {
  static let maximumDatagramCount = 8192
  static let maximumWaitingCount = 16_384
  static let lifetimeNanoseconds: Int64 = 30_000_000_000

  /// What fragments of one datagram share.
  struct Key: Hashable {
    var sourceHigh, sourceLow, destinationHigh, destinationLow: UInt64
    var identification: UInt32
    var view: UInt16
    var ipProtocol: UInt8

    init(_ entry: DecodedPacket, view: UInt16) {
      sourceHigh = entry.sourceHigh
      sourceLow = entry.sourceLow
      destinationHigh = entry.destinationHigh
      destinationLow = entry.destinationLow
      identification = entry.sequence
      self.view = view
      ipProtocol = entry.ipProtocol
    }
  }

  private enum Datagram {
    /// The first fragment, with the flow's addresses and ports.
    case known(first: DecodedPacket)
    /// Later fragments that came before the first one.
    case waiting([DecodedPacket])
  }

  private var datagrams: [Key: Datagram] = [:]
  /// Keys in the order in which they came, as a ring; `next` is the oldest once it is full.
  private var order: [Key] = []
  private var next = 0
  private var waitingCount = 0
  /// Later fragments that were given up.
  private(set) var orphanCount: UInt64 = 0

  /// Takes note of a first fragment.
  ///
  /// - Returns: later fragments of the same datagram that came before it.
  mutating func insert(_ key: Key, first: DecodedPacket) -> [DecodedPacket] {
    var early: [DecodedPacket] = []
    if case .waiting(let packets)? = datagrams[key] {
      waitingCount -= packets.count
      for packet in packets {
        if isFresh(packet, first) { early.append(packet) } else { orphanCount += 1 }
      }
    }
    remember(key, .known(first: first))
    return early
  }

  /// The first fragment of a later one's datagram; if it was not seen yet, the later one waits for it.
  mutating func first(_ key: Key, later: DecodedPacket) -> DecodedPacket? {
    switch datagrams[key] {
    case .known(let first) where isFresh(first, later): return first
    case .waiting(var packets):
      guard waitingCount < Self.maximumWaitingCount else {
        orphanCount += 1
        return nil
      }
      // Taken out first, so that appending does not copy.
      datagrams[key] = .waiting([])
      packets.append(later)
      datagrams[key] = .waiting(packets)
      waitingCount += 1
    default:
      guard waitingCount < Self.maximumWaitingCount else {
        orphanCount += 1
        return nil
      }
      remember(key, .waiting([later]))
      waitingCount += 1
    }
    return nil
  }

  /// Gives up all fragments that still wait.
  mutating func finish() {
    orphanCount += UInt64(waitingCount)
    waitingCount = 0
    datagrams = [:]
    order = []
    next = 0
  }

  private func isFresh(_ first: DecodedPacket, _ second: DecodedPacket) -> Bool {
    let distance = first.timestampNanoseconds &- second.timestampNanoseconds
    return distance.magnitude <= Self.lifetimeNanoseconds.magnitude
  }

  private mutating func remember(_ key: Key, _ datagram: Datagram) {
    if datagrams.updateValue(datagram, forKey: key) != nil { return }
    guard order.count == Self.maximumDatagramCount else {
      order.append(key)
      return
    }
    if case .waiting(let packets)? = datagrams.removeValue(forKey: order[next]) {
      orphanCount += UInt64(packets.count)
      waitingCount -= packets.count
    }
    order[next] = key
    next = (next + 1) % Self.maximumDatagramCount
  }
}
