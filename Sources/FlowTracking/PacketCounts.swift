import PacketDecode

/// How many packets came to what: every packet is counted under exactly one kind.
public struct PacketCounts: Sendable, Hashable {
  private var counts: [UInt64]

  public init() { counts = Array(repeating: 0, count: PacketKind.allCases.count) }

  public subscript(kind: PacketKind) -> UInt64 {
    get { counts[Int(kind.rawValue)] }
    set { counts[Int(kind.rawValue)] = newValue }
  }

  /// All packets; entries that accompany a packet are not counted.
  public var packetCount: UInt64 {
    PacketKind.allCases.reduce(0) { $0 + ($1.isCompanion ? 0 : self[$1]) }
  }

  /// Packets that belong to no flow, with the reason, in a fixed order.
  public var withoutFlow: [(kind: PacketKind, count: UInt64)] {
    PacketKind.allCases.compactMap { kind in
      kind == .flow || kind == .firstFragment || kind.isCompanion || self[kind] == 0
        ? nil : (kind, self[kind])
    }
  }

  public static func += (left: inout PacketCounts, right: PacketCounts) {
    for kind in PacketKind.allCases { left[kind] += right[kind] }
  }
}

extension PacketKind {
  /// Whether entries of this kind accompany a packet's own entry.
  var isCompanion: Bool { self == .quotedPacket || self == .fragmentIdentity }
}
