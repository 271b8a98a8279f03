/// The checksum of a table: a 64-bit multiply-and-fold chain over all bytes but the checksum field.
///
/// It finds damage, not malice: hostile files are caught by the check of every index.
enum TableChecksum {
  /// - Complexity: O(bytes).
  static func compute(_ memory: TableMemory) -> UInt64 {
    var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    let wordCount = memory.byteCount / 8
    let checksumWord = TableHeader.checksumOffset / 8
    var index = 0
    while index < wordCount {
      let word =
        index == checksumWord
        ? 0
        : unsafe UInt64(littleEndian: memory.base.load(fromByteOffset: index * 8, as: UInt64.self))
      let mixed = (first ^ word) &* 0xD6E8_FEB8_6659_FD93
      first = second &+ (mixed ^ mixed >> 32)
      second = mixed
      index += 1
    }
    for offset in wordCount * 8..<memory.byteCount {
      let byte = unsafe memory.base.load(fromByteOffset: offset, as: UInt8.self)
      first = (first ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
    }
    return first ^ second ^ UInt64(memory.byteCount)
  }
}
