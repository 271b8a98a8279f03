/// Gives equal lists of numbers one id, in order of first appearance.
struct ListInterner {
  private var elements: [UInt32] = []
  /// Start of each list in ``elements``, and one more.
  private var offsets: [Int] = [0]
  /// Open addressing: 32 bits of the list's hash above its id plus 1; 0 is free.
  private var slots: [UInt64]

  init() { slots = [UInt64](repeating: 0, count: 64) }

  /// Number of distinct lists.
  var count: Int { offsets.count - 1 }

  subscript(id: UInt32) -> ArraySlice<UInt32> {
    elements[offsets[Int(id)]..<offsets[Int(id) + 1]]
  }

  /// Indices of a list in ``element(at:)``: cheaper than a slice in hot loops.
  @inline(__always)
  func range(of id: UInt32) -> Range<Int> { offsets[Int(id)]..<offsets[Int(id) + 1] }

  @inline(__always)
  func element(at index: Int) -> UInt32 { elements[index] }

  /// The id of `list`; a new one if it was not seen before.
  /// - Complexity: O(length of the list), amortised.
  mutating func intern(_ list: Span<UInt32>) -> UInt32 {
    var mixed = UInt64(list.count) &* 0x9E37_79B9_7F4A_7C15
    for index in list.indices { mixed = Self.mix(mixed, UInt64(list[index])) }
    let hash = mixed & 0xffff_ffff_0000_0000
    let mask = slots.count - 1
    var slot = Self.firstSlot(hash, mask)
    while slots[slot] != 0 {
      if slots[slot] & 0xffff_ffff_0000_0000 == hash {
        let id = Int(slots[slot] & 0xffff_ffff) - 1
        if isEqual(id, list) { return UInt32(id) }
      }
      slot = (slot + 1) & mask
    }
    let id = count
    slots[slot] = hash | UInt64(id + 1)
    for index in list.indices { elements.append(list[index]) }
    offsets.append(elements.count)
    if count * 2 > slots.count { resize(to: slots.count * 2) }
    return UInt32(id)
  }

  mutating func intern(_ list: [UInt32]) -> UInt32 { intern(list.span) }

  private func isEqual(_ id: Int, _ list: Span<UInt32>) -> Bool {
    let start = offsets[id]
    guard offsets[id + 1] - start == list.count else { return false }
    for index in list.indices where elements[start + index] != list[index] { return false }
    return true
  }

  /// Makes room for so many distinct lists.
  mutating func reserveCapacity(_ listCount: Int) {
    offsets.reserveCapacity(listCount + 1)
    var slotCount = slots.count
    while slotCount < listCount * 2 { slotCount *= 2 }
    if slotCount > slots.count { resize(to: slotCount) }
  }

  private mutating func resize(to slotCount: Int) {
    var larger = [UInt64](repeating: 0, count: slotCount)
    let mask = larger.count - 1
    for entry in slots where entry != 0 {
      var slot = Self.firstSlot(entry, mask)
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = entry
    }
    slots = larger
  }

  @inline(__always)
  private static func firstSlot(_ hash: UInt64, _ mask: Int) -> Int {
    Int(truncatingIfNeeded: hash >> 32) & mask
  }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return (product.high ^ product.low) &+ 0x9E37_79B9_7F4A_7C15
  }
}
