import Testing

@testable import FlowTracking

@Suite struct `The hash index` {
  struct NoMemory: Error {}

  /// Hashes that crowd into few buckets, or share tags, or are spread.
  static func hashes(_ kind: Int, count: Int) -> [UInt64] {
    var state: UInt64 = 0x2545_f491_4f6c_dd1d
    return (0..<count).map { number in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      switch kind {
      case 0: return state
      case 1: return UInt64(number % 7) | state & 0xffff_ffff_0000_0000
      default: return UInt64(number) | 0xabcd << 48
      }
    }
  }

  @Test(arguments: 0...2)
  func `finds what was inserted, through growth, replacement and removal`(kind: Int) throws {
    // Records are numbered from 1.
    let hashes = Self.hashes(kind, count: kind == 0 ? 200_000 : 3_000)
    guard var index = HashIndex(minimumCapacity: 1) else { throw NoMemory() }
    for (record, hash) in hashes.enumerated().dropFirst() {
      let isGrown = index.growIfNeeded(hashOf: { hashes[$0] })
      #expect(isGrown)
      index.insert(hash, record: record)
    }
    #expect(index.count == hashes.count - 1)
    for (record, hash) in hashes.enumerated().dropFirst() {
      #expect(index.find(hash) { $0 == record } == record)
    }
    // Remove every other one; the rest must still be found.
    for record in stride(from: 2, to: hashes.count, by: 2) {
      index.remove(hashes[record], record: record) { hashes[$0] }
    }
    for (record, hash) in hashes.enumerated().dropFirst() {
      #expect(index.find(hash) { $0 == record } == (record % 2 == 0 ? 0 : record))
    }
    index.replace(hashes[1], record: 1, with: 1_000_000)
    #expect(index.find(hashes[1]) { $0 == 1_000_000 } == 1_000_000)
    index.removeAll()
    #expect(index.find(hashes[3]) { _ in true } == 0)
  }

  @Test
  func
    `the first place with a tag is found without branching, and an empty place if there is none`()
    throws
  {
    guard var filled = HashIndex(minimumCapacity: 1) else { throw NoMemory() }
    for place in 0..<HashIndex.placesPerBucket {
      filled.insert(UInt64(place * 2 + 1) << 48, record: place + 1)
    }
    for tag in [UInt16(1), 3, 9, 23] {
      let place = unsafe HashIndex.place(filled.buckets, tag: tag)
      let number = unsafe HashIndex.number(filled.buckets, place)
      #expect(number == UInt32(tag / 2) + 1)
    }
    let none = unsafe HashIndex.place(filled.buckets, tag: 777)
    #expect(none == HashIndex.placesPerBucket)
    let number = unsafe HashIndex.number(filled.buckets, none)
    #expect(number == 0)
  }

  @Test func `record numbers that look like a tag are not taken for one`() throws {
    guard var filled = HashIndex(minimumCapacity: 1) else { throw NoMemory() }
    for place in 0..<HashIndex.placesPerBucket {
      filled.insert(UInt64(place * 2 + 1) << 48, record: 0x10065 + place)
    }
    // Behind the tags, sixteen bits at a time: the numbers 0x010065, 0x010066, ...
    for tag in [UInt16(0x0065), 0x6601, 0x0100] {
      let none = unsafe HashIndex.place(filled.buckets, tag: tag)
      #expect(none == HashIndex.placesPerBucket)
    }
  }
}
