import CShims

/// Which record has which hash: open addressing over 8-byte entries, at most half full.
///
/// An entry is the upper half of the hash and the record's number + 1; 0 is empty. A candidate's key must still be
/// compared. Lookups touch one cache line almost always.
@safe
struct HashIndex: ~Copyable {
  private var memory: ReservedMemory
  private(set) var mask: Int
  private(set) var count = 0

  init?(minimumCapacity: Int) {
    var capacity = 1024
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    guard let memory = ReservedMemory(byteCount: capacity * 8) else { return nil }
    self.memory = memory
    mask = capacity - 1
  }

  /// The entries, for loops that keep them in a register.
  var entries: UnsafeMutablePointer<UInt64> {
    // Safe: the memory holds `mask + 1` entries, all initialised to 0 by the system.
    unsafe memory.base.assumingMemoryBound(to: UInt64.self)
  }

  /// The record at which the probe sequence of `hash` first meets the same upper half, or -1.
  ///
  /// - Parameter isMatch: whether a record with the same upper half is the one that is looked for.
  @inline(__always)
  func find(_ hash: UInt64, where isMatch: (Int) -> Bool) -> Int {
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      // Safe: the mask keeps the position inside.
      let entry = unsafe entries[position]
      if entry == 0 { return -1 }
      if (entry ^ hash) >> 32 == 0 {
        let record = Int(entry & 0xffff_ffff) - 1
        if isMatch(record) { return record }
      }
      position = (position + 1) & mask
    }
  }

  /// Adds `record` under `hash`. Call ``growIfNeeded(rehash:)`` before.
  mutating func insert(_ hash: UInt64, record: Int) {
    var position = Int(truncatingIfNeeded: hash) & mask
    while unsafe entries[position] != 0 { position = (position + 1) & mask }
    unsafe entries[position] = hash & 0xffff_ffff_0000_0000 | UInt64(record + 1)
    count += 1
  }

  /// Lets `hash` lead to `newRecord` instead of `record`.
  mutating func replace(_ hash: UInt64, record: Int, with newRecord: Int) {
    guard let position = position(of: hash, record: record) else { return }
    unsafe entries[position] = hash & 0xffff_ffff_0000_0000 | UInt64(newRecord + 1)
  }

  /// Removes the entry of `record`, and moves later entries of the probe sequence up, so that none is lost.
  ///
  /// - Parameter hashOf: the hash under which a record was inserted.
  mutating func remove(_ hash: UInt64, record: Int, hashOf: (Int) -> UInt64) {
    guard var hole = position(of: hash, record: record) else { return }
    var next = (hole + 1) & mask
    while true {
      let entry = unsafe entries[next]
      if entry == 0 { break }
      let home = Int(truncatingIfNeeded: hashOf(Int(entry & 0xffff_ffff) - 1)) & mask
      // The entry may move up unless its home lies behind the hole.
      if (next - home) & mask >= (next - hole) & mask {
        unsafe entries[hole] = entry
        hole = next
      }
      next = (next + 1) & mask
    }
    unsafe entries[hole] = 0
    count -= 1
  }

  /// Doubles the capacity when it is half full.
  ///
  /// - Returns: `false` if the system grants no memory; the index then stays as it is, slower but right, until it is full.
  mutating func growIfNeeded(hashOf: (Int) -> UInt64) -> Bool {
    guard (count + 1) * 2 > mask + 1 else { return true }
    guard let larger = ReservedMemory(byteCount: (mask + 1) * 16) else {
      return count + 1 < mask
    }
    let oldCapacity = mask + 1
    let old = unsafe entries
    let newMask = oldCapacity * 2 - 1
    let new = unsafe larger.base.assumingMemoryBound(to: UInt64.self)
    for place in 0..<oldCapacity {
      let entry = unsafe old[place]
      if entry == 0 { continue }
      let hash = hashOf(Int(entry & 0xffff_ffff) - 1)
      var position = Int(truncatingIfNeeded: hash) & newMask
      while unsafe new[position] != 0 { position = (position + 1) & newMask }
      unsafe new[position] = entry
    }
    memory = larger
    mask = newMask
    return true
  }

  private func position(of hash: UInt64, record: Int) -> Int? {
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = unsafe entries[position]
      if entry == 0 { return nil }
      if Int(entry & 0xffff_ffff) - 1 == record { return position }
      position = (position + 1) & mask
    }
  }
}
