import CShims

/// Finds the class of an IPv6 address: a two-choice hash table by the upper 120 bits for the addresses that pods and
/// nodes have, and regions between the borders of prefixes for all others.
@safe
struct IPv6Index {
  let slots: UnsafePointer<IPv6Slot>
  /// Slot count minus 1; a power of two.
  let slotMask: Int
  let entries: ClassNumbers
  /// Index of the first region for each value of the first bits, by ``bucketShift``.
  let buckets: UnsafePointer<UInt32>
  /// Right shift of the upper 64 bits that gives the bucket.
  let bucketShift: UInt64
  let regionStarts: UnsafePointer<UInt64>
  let regionClasses: UnsafePointer<UInt32>

  @inline(__always)
  static func hash(high: UInt64, middle: UInt64) -> UInt64 {
    ((high &* 0x9E37_79B9_7F4A_7C15) ^ (middle &* 0xC2B2_AE3D_27D4_EB4F)) &* 0xD6E8_FEB8_6659_FD93
  }

  @inline(__always)
  static func firstSlot(_ hash: UInt64, mask: Int) -> Int {
    Int(truncatingIfNeeded: hash >> 36) & mask
  }

  @inline(__always)
  static func secondSlot(_ hash: UInt64, mask: Int) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 36) & mask
  }

  /// Index in the entries, or -1 for an address without one.
  @inline(__always)
  func entryIndex(high: UInt64, low: UInt64) -> Int {
    let middle = low >> 8
    let hash = Self.hash(high: high, middle: middle)
    let firstPlace = Self.firstSlot(hash, mask: slotMask)
    let first = unsafe slots + firstPlace
    let isInFirst =
      unsafe (first.pointee.high ^ high) | (first.pointee.middle ^ middle) == 0
    // Which of the two it is cannot be predicted. An empty slot has no entries, so its key need not be told from address 0.
    let place = flowverdict_select(
      isInFirst, UInt64(firstPlace), UInt64(Self.secondSlot(hash, mask: slotMask)))
    let slot = unsafe slots + Int(truncatingIfNeeded: place)
    let entries = unsafe slot.pointee.entries
    let offset = unsafe UInt32(truncatingIfNeeded: low & 255) &- slot.pointee.firstAddress
    let difference = unsafe (slot.pointee.high ^ high) | (slot.pointee.middle ^ middle)
    let isHit = difference == 0 && offset < UInt32(truncatingIfNeeded: entries >> 32)
    return isHit ? Int(UInt32(truncatingIfNeeded: entries) &+ offset) : -1
  }

  /// - Complexity: O(1) for addresses of pods and nodes; for others O(log n) in the number of borders of prefixes
  ///   that share the address's bucket.
  @inline(__always)
  func classIndex(high: UInt64, low: UInt64) -> UInt32 {
    let index = entryIndex(high: high, low: low)
    if index >= 0 { return entries.classNumber(index) }
    return regionClass(high: high, low: low)
  }

  /// The class of the last region that starts at or before the address.
  @inline(never)
  func regionClass(high: UInt64, low: UInt64) -> UInt32 {
    let bucket = bucketShift == 64 ? 0 : Int(truncatingIfNeeded: high >> bucketShift)
    // The bucket's own regions are [start, end); the one that covers its first address is before them.
    var start = unsafe Int(buckets[bucket])
    var end = unsafe Int(buckets[bucket + 1])
    while start < end {
      let middle = (start &+ end) >> 1
      let startHigh = unsafe regionStarts[2 &* middle]
      let startLow = unsafe regionStarts[2 &* middle &+ 1]
      if startHigh < high || (startHigh == high && startLow <= low) {
        start = middle &+ 1
      } else {
        end = middle
      }
    }
    return unsafe regionClasses[start &- 1]
  }
}
