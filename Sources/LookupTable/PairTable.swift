import CShims

/// Port set by (row, peer) in one direction: a dense matrix, a two-choice hash table, or rows laid over each other.
///
/// A copy of pointers into a ``TableMemory`` that its ``DecisionTable`` keeps alive.
@safe
struct PairTable {
  let layout: PairLayout
  /// Columns of the dense matrix.
  let peerCount: Int
  /// Dense matrix; not used by the other layouts.
  let matrix: UnsafePointer<UInt16>
  /// Slots of the hash table: upper 20 bits row, 24 bits peer column, lower 20 bits port set plus 1 in an
  /// occupied one. An empty slot is 0.
  ///
  /// Slots of shifted rows: upper 32 bits the position of the row that the pair is of, or ``defaultMark`` and the number of
  /// the row whose default it is; lower 32 bits the port set. An empty slot looks like a default of row 0.
  let slots: UnsafePointer<UInt64>
  /// Slot count minus 1; the count is a power of two.
  let slotMask: Int
  /// Port set by row and category; shifted rows have it in ``slots``.
  let defaults: UnsafePointer<UInt32>
  /// Rule lists beside ``matrix`` or ``slots``, and beside ``defaults``.
  let lists: UnsafePointer<UInt32>
  let defaultLists: UnsafePointer<UInt32>
  /// A category that all shifted rows have a default for.
  let commonCategory: UInt32

  /// Marks the default of a row in the upper half of a slot of shifted rows.
  static let defaultMark: UInt32 = 0x8000_0000
  static let emptyShiftedSlot = UInt64(defaultMark) << 32
  /// Positions of shifted rows are below this.
  static let positionCapacity = 1 << 31
  /// Columns of a shifted row before those of its peers: its defaults by category.
  static let defaultColumnCount = PeerCategory.stride

  static let valueBits: UInt64 = 20
  static let valueMask: UInt64 = (1 << valueBits) - 1
  static let columnBits: UInt64 = 24
  static let rowCapacity = 1 << 20
  /// Value 0 marks an empty slot.
  static let valueCapacity = (1 << 20) - 1

  @inline(__always)
  static func key(row: UInt32, peer: UInt32) -> UInt64 { UInt64(row) << columnBits | UInt64(peer) }

  @inline(__always)
  static func hash(_ key: UInt64) -> UInt64 { key &* 0x9E37_79B9_7F4A_7C15 }

  @inline(__always)
  static func firstSlot(_ hash: UInt64, mask: Int) -> Int {
    Int(truncatingIfNeeded: hash >> 34) & mask
  }

  @inline(__always)
  static func secondSlot(_ hash: UInt64, mask: Int) -> Int {
    Int(truncatingIfNeeded: (hash &* 0xD6E8_FEB8_6659_FD93) >> 34) & mask
  }

  /// Column without its category: the index in the dense matrix.
  @inline(__always)
  static func index(ofPeer peer: UInt32) -> Int {
    Int(peer & ((1 << PeerCategory.shift) - 1))
  }

  @inline(__always)
  func defaultIndex(row: UInt32, peer: UInt32) -> Int {
    Int(row) &* PeerCategory.stride &+ Int(peer >> PeerCategory.shift)
  }

  /// Where shifted rows have a pair, if it differs from the default.
  @inline(__always)
  static func pairSlot(position: UInt32, peer: UInt32) -> Int {
    Int(position) &+ defaultColumnCount &+ index(ofPeer: peer)
  }

  /// Where shifted rows have the default of a pair.
  @inline(__always)
  static func defaultSlot(position: UInt32, peer: UInt32) -> Int {
    Int(position) &+ Int(peer >> PeerCategory.shift)
  }

  /// The number of a row.
  func rowNumber(_ row: UInt32) -> UInt32 {
    guard layout == .shifted else { return row }
    return unsafe UInt32(truncatingIfNeeded: slots[Int(row) + Int(commonCategory)] >> 32)
      & ~Self.defaultMark
  }

  /// The port set of a pair.
  ///
  /// - Parameters:
  ///   - row: the row as ``AddressClass`` has it.
  ///   - isShifted: a constant at each call: whether the layout is known to be ``PairLayout/shifted``.
  @inline(__always)
  func portSet(row: UInt32, peer: UInt32, isShifted: Bool) -> UInt32 {
    if isShifted || layout == .shifted { return shiftedPortSet(position: row, peer: peer) }
    if layout == .dense {
      return unsafe UInt32(matrix[Int(row) &* peerCount &+ Self.index(ofPeer: peer)])
    }
    let key = Self.key(row: row, peer: peer)
    let hash = Self.hash(key)
    let first = unsafe slots[Self.firstSlot(hash, mask: slotMask)]
    let second = unsafe slots[Self.secondSlot(hash, mask: slotMask)]
    var value = unsafe defaults[defaultIndex(row: row, peer: peer)]
    value = Self.select(
      second >> Self.valueBits == key && second != 0,
      UInt32(truncatingIfNeeded: second & Self.valueMask) &- 1, value)
    value = Self.select(
      first >> Self.valueBits == key && first != 0,
      UInt32(truncatingIfNeeded: first & Self.valueMask) &- 1, value)
    return value
  }

  /// A selection, not a branch: which value it will be cannot be predicted.
  @inline(__always)
  private static func select(_ condition: Bool, _ yes: UInt32, _ no: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: flowverdict_select(condition, UInt64(yes), UInt64(no)))
  }

  /// The port set of a pair of shifted rows.
  @inline(__always)
  private func shiftedPortSet(position: UInt32, peer: UInt32) -> UInt32 {
    let pair = unsafe slots[Self.pairSlot(position: position, peer: peer)]
    let otherwise = unsafe slots[Self.defaultSlot(position: position, peer: peer)]
    return UInt32(
      truncatingIfNeeded: flowverdict_select(
        UInt32(truncatingIfNeeded: pair >> 32) == position, pair, otherwise))
  }

  /// Cells that a matrix can have: a place is a number below ``defaultFlag``.
  static let cellCapacity = 1 << 31

  /// Marks a place in ``defaultLists``.
  private static let defaultFlag: UInt32 = 0x8000_0000

  /// Where the rule list of a pair is: beside its port set.
  @inline(__always)
  func listPlace(row: UInt32, peer: UInt32) -> UInt32 {
    var place: UInt32
    if layout == .shifted {
      let pair = Self.pairSlot(position: row, peer: peer)
      place = Self.select(
        unsafe UInt32(truncatingIfNeeded: slots[pair] >> 32) == row,
        UInt32(truncatingIfNeeded: pair),
        UInt32(truncatingIfNeeded: Self.defaultSlot(position: row, peer: peer)))
    } else if layout == .dense {
      place = UInt32(truncatingIfNeeded: Int(row) &* peerCount &+ Self.index(ofPeer: peer))
    } else {
      let key = Self.key(row: row, peer: peer)
      let hash = Self.hash(key)
      let firstIndex = Self.firstSlot(hash, mask: slotMask)
      let secondIndex = Self.secondSlot(hash, mask: slotMask)
      let first = unsafe slots[firstIndex]
      let second = unsafe slots[secondIndex]
      place =
        UInt32(truncatingIfNeeded: defaultIndex(row: row, peer: peer)) | Self.defaultFlag
      place = Self.select(
        second >> Self.valueBits == key && second != 0, UInt32(truncatingIfNeeded: secondIndex),
        place)
      place = Self.select(
        first >> Self.valueBits == key && first != 0, UInt32(truncatingIfNeeded: firstIndex), place)
    }
    return place
  }

  /// Brings a rule list close.
  @inline(__always)
  func prefetchList(_ place: UInt32) { unsafe flowverdict_prefetch(listPointer(place)) }

  /// Brings the places of a pair close.
  @inline(__always)
  func prefetch(row: UInt32, peer: UInt32) {
    switch layout {
    case .dense:
      unsafe flowverdict_prefetch(matrix + (Int(row) &* peerCount &+ Self.index(ofPeer: peer)))
    case .cuckoo:
      let hash = Self.hash(Self.key(row: row, peer: peer))
      unsafe flowverdict_prefetch(slots + Self.firstSlot(hash, mask: slotMask))
      unsafe flowverdict_prefetch(slots + Self.secondSlot(hash, mask: slotMask))
      unsafe flowverdict_prefetch(defaults + defaultIndex(row: row, peer: peer))
    case .shifted:
      unsafe flowverdict_prefetch(slots + Self.pairSlot(position: row, peer: peer))
      unsafe flowverdict_prefetch(slots + Self.defaultSlot(position: row, peer: peer))
    }
  }

  @inline(__always)
  private func listPointer(_ place: UInt32) -> UnsafePointer<UInt32> {
    unsafe (place & Self.defaultFlag == 0 ? lists : defaultLists)
      + Int(place & ~Self.defaultFlag)
  }

  @inline(__always)
  func ruleList(at place: UInt32) -> UInt32 { unsafe listPointer(place).pointee }

  /// The rule list of a pair; parameters as for ``portSet(row:peer:isShifted:)``.
  @inline(__always)
  func ruleList(row: UInt32, peer: UInt32, isShifted: Bool) -> UInt32 {
    isShifted || layout == .shifted
      ? shiftedRuleList(position: row, peer: peer) : ruleList(at: listPlace(row: row, peer: peer))
  }

  /// The rule list of a pair of shifted rows: both that it may be are read while it is found out which one it is.
  @inline(__always)
  private func shiftedRuleList(position: UInt32, peer: UInt32) -> UInt32 {
    let pairPlace = Self.pairSlot(position: position, peer: peer)
    let pair = unsafe slots[pairPlace]
    let list = unsafe lists[pairPlace]
    let otherwise = unsafe lists[Self.defaultSlot(position: position, peer: peer)]
    return Self.select(UInt32(truncatingIfNeeded: pair >> 32) == position, list, otherwise)
  }
}
