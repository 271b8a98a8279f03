import CShims

/// Numbers of address classes, and of groups of an IPv4 trie: 2 bytes each where all fit, which keeps twice as many
/// addresses in the cache, else 4.
///
/// A group's number has ``DecisionTable/groupFlag`` set; stored in 2 bytes, their top bit.
@safe
struct ClassNumbers {
  private let base: UnsafeRawPointer
  private let isNarrow: Bool

  /// Numbers below this fit into 2 bytes.
  static let narrowLimit: UInt32 = 0x8000

  /// - Parameter base: as many numbers as the table's checks found.
  init(_ base: UnsafeRawPointer, isNarrow: Bool) {
    unsafe self.base = base
    self.isNarrow = isNarrow
  }

  /// The number of a class where no group can be.
  @inline(__always)
  func classNumber(_ index: Int) -> UInt32 {
    // Safe: the caller's index is one that the table's checks followed.
    isNarrow
      ? unsafe UInt32(base.load(fromByteOffset: index &<< 1, as: UInt16.self))
      : unsafe base.load(fromByteOffset: index &<< 2, as: UInt32.self)
  }

  /// The number of a class, or of a group with its flag.
  @inline(__always)
  subscript(index: Int) -> UInt32 {
    let number = classNumber(index)
    return isNarrow ? Self.widened(number) : number
  }

  @inline(__always)
  private static func widened(_ number: UInt32) -> UInt32 {
    number & 0x7fff | (number & narrowLimit) << 16
  }

  /// Brings a number close.
  @inline(__always)
  func prefetch(_ index: Int) {
    unsafe flowverdict_prefetch(base + (isNarrow ? index &<< 1 : index &<< 2))
  }

  /// Whether all numbers fit into 2 bytes.
  static func areNarrow(_ numbers: [UInt32]) -> Bool {
    var isNarrow = true
    for number in numbers where number & ~DecisionTable.groupFlag >= narrowLimit {
      isNarrow = false
    }
    return isNarrow
  }

  static func narrowed(_ numbers: [UInt32]) -> [UInt16] {
    numbers.map { UInt16(truncatingIfNeeded: $0 & 0x7fff | $0 >> 16 & narrowLimit) }
  }
}
