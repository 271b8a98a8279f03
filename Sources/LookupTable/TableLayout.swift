/// The parts of a table in the order in which they lie in memory and in a table file.
///
/// docs/table-format.md draws each one. Hot parts, which decisions read, come first; the rest answers "which rule" and
/// "whose address".
public enum TableSection: Int, CaseIterable, Sendable {
  /// 65,536 `UInt32`: IPv4 class, or group with the top bit set, by the upper 16 address bits.
  case ipv4Root
  /// Groups of 256 ``ClassNumbers``, by the next 8 bits and then the last 8.
  case ipv4Groups
  /// 32-byte slots of a two-choice hash table by the upper 120 address bits: see ``IPv6Slot``.
  case ipv6Slots
  /// ``ClassNumbers`` of the addresses that ``ipv6Slots`` point to.
  case ipv6Entries
  /// `UInt32` index of the first region of each value of the address's first bits, and one more.
  case ipv6Buckets
  /// First address of each region as two `UInt64`, ascending.
  case ipv6RegionStarts
  /// `UInt32` class of each region.
  case ipv6RegionClasses
  /// ``AddressClass`` values.
  case classes
  /// `UInt16` matrix, or `UInt64` slots, as ``PairLayout`` says: port set by (ingress row, peer).
  case ingressPairs
  case egressPairs
  /// `UInt32` port set by row and ``PeerCategory``, eight a row; empty beside shifted pairs, which hold them.
  case ingressDefaults
  case egressDefaults
  /// `UInt16` port class by port, 65,536 for each protocol that ports name, and one entry for all others.
  case portMap
  /// Bits by port set and port class, ``TableHeader/portSetStride`` bytes a set.
  case portSets

  /// `UInt32` rule list by the same index as ``ingressPairs``.
  case ingressPairLists
  case egressPairLists
  /// `UInt32` rule list by the same index as ``ingressDefaults``.
  case ingressDefaultLists
  case egressDefaultLists
  /// `UInt32` index of each list's first entry in ``ruleListEntries``, and one more.
  case ruleListOffsets
  /// Pairs of `UInt32`: index in ``hitSets``, and the ``DecidingEntry`` for ports in it.
  case ruleListEntries
  /// Bits by hit set and port class, as ``portSets``.
  case hitSets
  /// `UInt32` ``OwnerCode`` by the same index as ``ipv4Groups``.
  case ipv4Owners
  /// `UInt32` ``OwnerCode`` by the same index as ``ipv6Entries``.
  case ipv6Owners
  /// `UInt32` node of each pod plus 1; 0 without.
  case podNodes
  /// `UInt32` index of each node group's first node in ``nodeGroupMembers``, and one more.
  case nodeGroupOffsets
  /// `UInt32` nodes.
  case nodeGroupMembers
  /// What the compiler needs to name rules and owners again; opaque here.
  case names

  /// Sections that a decision without attribution can touch.
  public var isHot: Bool { rawValue <= TableSection.portSets.rawValue }

  /// Bytes of one element.
  ///
  /// - Parameter isNarrow: whether ``ClassNumbers`` have 2 bytes.
  func elementByteCount(isNarrow: Bool) -> Int {
    switch self {
    case .ipv4Groups, .ipv6Entries: isNarrow ? 2 : 4
    case .ipv6Slots: 32
    case .ipv6RegionStarts, .classes: 16
    case .ruleListEntries: 8
    case .portMap: 2
    case .ingressPairs, .egressPairs, .portSets, .hitSets, .names: 1
    default: 4
    }
  }
}

/// One slot of the IPv6 hash table: up to 256 addresses that share their upper 120 bits. 32 bytes.
@frozen
public struct IPv6Slot: Hashable, Sendable {
  /// Upper 64 address bits.
  @usableFromInline var high: UInt64
  /// The next 56 address bits, in the lower 56 bits.
  @usableFromInline var middle: UInt64
  /// Index of the first address's class in the entries.
  @usableFromInline var firstEntry: UInt32
  /// Number of entries; 0 in an empty slot.
  @usableFromInline var entryCount: UInt32
  /// Last 8 bits of the first address that has an entry.
  @usableFromInline var firstAddress: UInt32
  @usableFromInline var unused: UInt32

  public init(
    high: UInt64, middle: UInt64, firstEntry: UInt32, entryCount: UInt32, firstAddress: UInt32
  ) {
    self.high = high
    self.middle = middle
    self.firstEntry = firstEntry
    self.entryCount = entryCount
    self.firstAddress = firstAddress
    self.unused = 0
  }

  /// ``firstEntry``, and ``entryCount`` in the upper half.
  @inline(__always)
  var entries: UInt64 { UInt64(firstEntry) | UInt64(entryCount) << 32 }

  static let empty = IPv6Slot(high: 0, middle: 0, firstEntry: 0, entryCount: 0, firstAddress: 0)
}

/// How a protocol finds its port classes: 16 bytes, one for each protocol number.
@frozen
public struct ProtocolEntry: Hashable, Sendable {
  /// Index of port 0 in the port map.
  @usableFromInline var mapOffset: UInt32
  /// Applied to the port: 0xffff for protocols with ports, else 0.
  @usableFromInline var portMask: UInt32
  /// Added to the port map's value: the bit in a port set.
  @usableFromInline var firstBit: UInt32
  /// Port classes of the protocol, for validation.
  @usableFromInline var classCount: UInt32

  public init(mapOffset: UInt32, portMask: UInt32, firstBit: UInt32, classCount: UInt32) {
    self.mapOffset = mapOffset
    self.portMask = portMask
    self.firstBit = firstBit
    self.classCount = classCount
  }
}

/// How the pairs of one direction are stored.
public enum PairLayout: UInt32, Sendable, CaseIterable {
  /// A matrix of 2-byte port sets, rows times peers.
  case dense
  /// A two-choice hash table of 8-byte slots for the pairs that differ from their row's default.
  case cuckoo
  /// Rows of 8-byte slots laid over each other, with their defaults, so that a pair is found without hashing: see
  /// ``ShiftedRows``.
  case shifted
}

/// The fixed start of a table: sizes and parameters. All integers little-endian.
struct TableHeader {
  static let magic: UInt64 = 0x0045_4c42_4154_5646  // "FVTABLE\0"
  static let formatVersion: UInt32 = 2
  /// Bytes before the first section.
  static let byteCount = 8192
  /// Sections start at multiples of this.
  static let sectionAlignment = 64

  // Byte offsets of the fields.
  static let magicOffset = 0
  static let versionOffset = 8
  static let byteOrderOffset = 12
  static let totalByteCountOffset = 16
  static let checksumOffset = 24
  static let flagsOffset = 32
  static let portSetStrideOffset = 36
  static let ingressLayoutOffset = 40
  static let egressLayoutOffset = 44
  static let ingressRowCountOffset = 48
  static let egressRowCountOffset = 52
  static let ingressPeerCountOffset = 56
  static let egressPeerCountOffset = 60
  static let portClassCountOffset = 64
  static let ruleCountOffset = 68
  static let bucketShiftOffset = 72
  static let sectionsOffset = 128
  static let protocolsOffset = 4096

  static let byteOrderMark: UInt32 = 0x0102_0304

  /// Bit of the flags field: a pod's traffic to its own node is allowed.
  static let allowsEgressToOwnNode: UInt32 = 1
  /// Bit of the flags field: ``ClassNumbers`` have 2 bytes.
  static let hasNarrowClassNumbers: UInt32 = 2
}
