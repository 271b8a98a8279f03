/// What SHA-1 and SHA-256 share: 64-byte blocks of big-endian words (RFC 6234, section 4).
extension [UInt8] {
  /// The end of a message of `byteCount` bytes: these bytes, a 1 bit, zeros, and the message's length in bits; a
  /// multiple of 64 bytes.
  func paddedToBlocks(byteCount: Int) -> [UInt8] {
    var padded = self
    padded.append(0x80)
    while padded.count % 64 != 56 { padded.append(0) }
    padded.append(contentsOf: UInt64(byteCount * 8).bigEndianBytes)
    return padded
  }

  func bigEndianWord(at index: Int) -> UInt32 {
    UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8
      | UInt32(self[index + 3])
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// Most significant byte first.
  var bigEndianBytes: [UInt8] {
    stride(from: Self.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: self >> Self($0))
    }
  }
}

extension UInt32 {
  func rotatedLeft(by count: UInt32) -> UInt32 { self << count | self >> (32 - count) }
  func rotatedRight(by count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
