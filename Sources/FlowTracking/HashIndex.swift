import CShims

/// Which record has which hash: buckets of one cache line with twelve places, on average at most two thirds full.
///
/// A bucket holds twelve 16-bit tags, twelve 24-bit record numbers, little-endian (0, which is no record's, is an empty
/// place), and four bytes that are always 0; places are filled from the first on. All tags of a bucket are compared at once
/// without branching. A record whose bucket is full goes into the next one that is not; the search goes on from full
/// buckets only. A candidate's key must still be compared: tags of different hashes may agree.
///
/// So small that the index of a hundred thousand flows stays in the second-level cache.
@safe
struct HashIndex: ~Copyable {
  static let placesPerBucket = 12
  /// Entries per bucket, on average, before the index grows.
  static let growthLimit = 8
  /// The largest number of records.
  static let maximumRecordCount = (1 << 24) - 1
  static let bucketByteCount = 64

  private var memory: ReservedMemory
  private(set) var bucketMask: Int
  private(set) var count = 0

  /// - Returns: `nil` if the system grants no memory.
  init?(minimumCapacity: Int) {
    // The system gives large pages; half of one holds the index of most captures, which then never grows.
    var bucketCount = 1 << 14
    while bucketCount * Self.growthLimit < minimumCapacity { bucketCount *= 2 }
    guard let memory = ReservedMemory(byteCount: bucketCount * Self.bucketByteCount) else {
      return nil
    }
    self.memory = memory
    bucketMask = bucketCount - 1
  }

  /// The buckets, for loops that keep them in a register. Safe for `bucketMask + 1` buckets; the system zeroed them.
  var buckets: UnsafeMutableRawPointer { unsafe memory.base }

  /// The offset of the first bucket of a hash.
  @inline(__always)
  static func bucketOffset(_ hash: UInt64, mask: Int) -> Int {
    (Int(truncatingIfNeeded: hash) & mask) &* bucketByteCount
  }

  /// The tag of a hash: bits that do not choose the bucket; never 0, which empty places have.
  @inline(__always)
  static func tag(_ hash: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: hash &>> 48) | 1 }

  /// The first place of a bucket whose tag agrees; ``placesPerBucket``, which is always empty, if there is none. Safe while
  /// `bucket` is a bucket.
  @inline(__always)
  static func place(_ bucket: UnsafeRawPointer, tag: UInt16) -> Int {
    let matches = unsafe flowverdict_match_tags(bucket, tag)
    return (matches | 1 << UInt32(placesPerBucket)).trailingZeroBitCount
  }

  /// The record number in a place; 0 if it is empty.
  @inline(__always)
  static func number(_ bucket: UnsafeRawPointer, _ place: Int) -> UInt32 {
    // Safe: places are 0 to 12, so bytes 23 to 62 are read; the number is the upper three bytes.
    unsafe bucket.loadUnaligned(fromByteOffset: 23 &+ place &* 3, as: UInt32.self).littleEndian
      &>> 8
  }

  private static func store(
    _ bucket: UnsafeMutableRawPointer, _ place: Int, tag: UInt16, number: UInt32
  ) {
    // Safe: as above. The byte before the number is kept.
    unsafe bucket.storeBytes(of: tag, toByteOffset: place * 2, as: UInt16.self)
    for byte in 0..<3 {
      unsafe bucket.storeBytes(
        of: UInt8(truncatingIfNeeded: number >> (8 * UInt32(byte))),
        toByteOffset: 24 + place * 3 + byte, as: UInt8.self)
    }
  }

  /// The first record under `hash` that is the one looked for, or 0.
  func find(_ hash: UInt64, where isMatch: (Int) -> Bool) -> Int {
    var offset = Self.bucketOffset(hash, mask: bucketMask)
    while true {
      // Safe: offsets are those of buckets.
      let bucket = unsafe buckets + offset
      for place in 0..<Self.placesPerBucket {
        let number = unsafe Self.number(bucket, place)
        if number == 0 { return 0 }
        if unsafe tag(bucket, place) == Self.tag(hash), isMatch(Int(number)) {
          return Int(number)
        }
      }
      offset = next(offset)
    }
  }

  /// Adds `record`, which is not 0, under `hash`. Call ``growIfNeeded(hashOf:)`` before.
  mutating func insert(_ hash: UInt64, record: Int) {
    unsafe Self.insert(hash, number: UInt32(record), buckets: buckets, mask: bucketMask)
    count += 1
  }

  private static func insert(
    _ hash: UInt64, number: UInt32, buckets: UnsafeMutableRawPointer, mask: Int
  ) {
    var offset = bucketOffset(hash, mask: mask)
    while true {
      let bucket = unsafe buckets + offset
      for place in 0..<placesPerBucket where unsafe Self.number(bucket, place) == 0 {
        unsafe store(bucket, place, tag: tag(hash), number: number)
        return
      }
      offset = (offset + bucketByteCount) & (mask * bucketByteCount | (bucketByteCount - 1))
    }
  }

  /// Lets `hash` lead to `newRecord` instead of `record`.
  mutating func replace(_ hash: UInt64, record: Int, with newRecord: Int) {
    guard let found = place(of: hash, record: record) else { return }
    unsafe Self.store(
      buckets + found.offset, found.place, tag: Self.tag(hash),
      number: UInt32(newRecord))
  }

  /// Removes the entry of `record`.
  ///
  /// Later entries that could only go into another bucket because this one was full move up, so that none is lost.
  /// - Parameter hashOf: the hash under which a record was inserted.
  mutating func remove(_ hash: UInt64, record: Int, hashOf: (Int) -> UInt64) {
    guard var hole = place(of: hash, record: record) else { return }
    count -= 1
    while true {
      // The last entry of the bucket fills the hole.
      let bucket = unsafe buckets + hole.offset
      var last = Self.placesPerBucket - 1
      while unsafe Self.number(bucket, last) == 0 { last -= 1 }
      let wasFull = last == Self.placesPerBucket - 1
      move(from: (hole.offset, last), to: hole)
      unsafe Self.store(bucket, last, tag: 0, number: 0)
      guard wasFull, let follower = firstFollower(of: hole.offset, hashOf: hashOf) else { return }
      move(from: follower, to: (hole.offset, last))
      hole = follower
    }
  }

  /// The first entry behind a bucket that would rather be in it or before it, up to the first bucket that is not full.
  private func firstFollower(
    of offset: Int, hashOf: (Int) -> UInt64
  ) -> (offset: Int, place: Int)? {
    var candidate = next(offset)
    while true {
      let bucket = unsafe buckets + candidate
      for place in 0..<Self.placesPerBucket {
        let number = unsafe Self.number(bucket, place)
        if number == 0 { return nil }
        let home = Self.bucketOffset(hashOf(Int(number)), mask: bucketMask)
        // Distances are counted around the end of the table.
        let span = bucketMask * Self.bucketByteCount | (Self.bucketByteCount - 1)
        if (candidate - home) & span >= (candidate - offset) & span { return (candidate, place) }
      }
      candidate = next(candidate)
    }
  }

  private func move(from source: (offset: Int, place: Int), to target: (offset: Int, place: Int)) {
    // Safe: both are places of buckets.
    let number = unsafe Self.number(buckets + source.offset, source.place)
    let tag = unsafe tag(buckets + source.offset, source.place)
    unsafe Self.store(buckets + target.offset, target.place, tag: tag, number: number)
  }

  /// Removes all entries.
  mutating func removeAll() {
    unsafe buckets.initializeMemory(
      as: UInt8.self, repeating: 0, count: (bucketMask + 1) * Self.bucketByteCount)
    count = 0
  }

  /// Doubles the number of buckets when two thirds of the places are taken.
  ///
  /// - Returns: `false` if the system grants no memory and the index is nearly full; without memory it else goes on, slower.
  mutating func growIfNeeded(hashOf: (Int) -> UInt64) -> Bool {
    guard count + 1 > (bucketMask + 1) * Self.growthLimit else { return true }
    guard let larger = ReservedMemory(byteCount: (bucketMask + 1) * Self.bucketByteCount * 2) else {
      return count + Self.placesPerBucket < (bucketMask + 1) * Self.placesPerBucket
    }
    let newMask = bucketMask * 2 + 1
    for offset in stride(
      from: 0, to: (bucketMask + 1) * Self.bucketByteCount, by: Self.bucketByteCount)
    {
      let bucket = unsafe buckets + offset
      for place in 0..<Self.placesPerBucket {
        let number = unsafe Self.number(bucket, place)
        if number == 0 { break }
        unsafe Self.insert(
          hashOf(Int(number)), number: number, buckets: larger.base, mask: newMask)
      }
    }
    memory = larger
    bucketMask = newMask
    return true
  }

  private func tag(_ bucket: UnsafeRawPointer, _ place: Int) -> UInt16 {
    // Safe: places are 0 to 11.
    unsafe bucket.load(fromByteOffset: place * 2, as: UInt16.self)
  }

  private func next(_ offset: Int) -> Int {
    (offset + Self.bucketByteCount)
      & (bucketMask * Self.bucketByteCount | (Self.bucketByteCount - 1))
  }

  private func place(of hash: UInt64, record: Int) -> (offset: Int, place: Int)? {
    var offset = Self.bucketOffset(hash, mask: bucketMask)
    while true {
      let bucket = unsafe buckets + offset
      for place in 0..<Self.placesPerBucket {
        let number = unsafe Self.number(bucket, place)
        if number == 0 { return nil }
        if Int(number) == record { return (offset, place) }
      }
      offset = next(offset)
    }
  }
}
