/// Gives equal lists of numbers one id, in order of first appearance.
struct ListInterner {
  private var elements: [UInt32] = []
  /// Start of each list in ``elements``, and one more.
  private var offsets: [Int] = [0]
  /// Ids plus 1 by hash, open addressing; 0 is free.
  private var slots: [UInt32]
  private var hashes: [UInt64] = []

  init() { slots = [UInt32](repeating: 0, count: 64) }

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
    var hash = UInt64(list.count) &* 0x9E37_79B9_7F4A_7C15
    for index in list.indices { hash = Self.mix(hash, UInt64(list[index])) }
    var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
    while slots[slot] != 0 {
      let id = Int(slots[slot]) - 1
      if hashes[id] == hash, isEqual(id, list) { return UInt32(id) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = UInt32(count)
    slots[slot] = id + 1
    hashes.append(hash)
    for index in list.indices { elements.append(list[index]) }
    offsets.append(elements.count)
    if hashes.count * 2 > slots.count { grow() }
    return id
  }

  mutating func intern(_ list: [UInt32]) -> UInt32 { intern(list.span) }

  private func isEqual(_ id: Int, _ list: Span<UInt32>) -> Bool {
    let start = offsets[id]
    guard offsets[id + 1] - start == list.count else { return false }
    for index in list.indices where elements[start + index] != list[index] { return false }
    return true
  }

  private mutating func grow() {
    var larger = [UInt32](repeating: 0, count: slots.count * 2)
    for id in hashes.indices {
      var slot = Int(truncatingIfNeeded: hashes[id] >> 20) & (larger.count - 1)
      while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = UInt32(id) + 1
    }
    slots = larger
  }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return (product.high ^ product.low) &+ 0x9E37_79B9_7F4A_7C15
  }
}
