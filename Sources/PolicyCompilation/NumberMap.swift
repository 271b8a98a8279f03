/// A hash table from 64-bit keys to 32-bit values, for the compiler's inner loops: several times faster than
/// `Dictionary` and without hashing's random seed.
struct NumberMap {
  private var keys: [UInt64]
  /// Values plus 1; 0 is free.
  private var values: [UInt32]
  private(set) var count = 0

  init(minimumCapacity: Int = 16) {
    var size = 32
    while size < minimumCapacity * 2 { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    values = [UInt32](repeating: 0, count: size)
  }

  @inline(__always)
  private static func slot(_ key: UInt64, _ mask: Int) -> Int {
    // Both halves of a key must reach the lower bits of the slot.
    let product = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product ^ product >> 32) & mask
  }

  subscript(key: UInt64) -> UInt32? {
    let mask = keys.count - 1
    var slot = Self.slot(key, mask)
    while values[slot] != 0 {
      if keys[slot] == key { return values[slot] - 1 }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a key that is not in the map.
  mutating func insert(_ key: UInt64, _ value: UInt32) {
    if (count + 1) * 2 > keys.count { grow() }
    let mask = keys.count - 1
    var slot = Self.slot(key, mask)
    while values[slot] != 0 { slot = (slot + 1) & mask }
    keys[slot] = key
    values[slot] = value + 1
    count += 1
  }

  private mutating func grow() {
    var larger = NumberMap(minimumCapacity: keys.count)
    for slot in keys.indices where values[slot] != 0 {
      larger.insert(keys[slot], values[slot] - 1)
    }
    self = larger
  }
}
