/// Makes blocks of mutated bytes: each with a possible length, and the same length at its end.
@safe
struct PcapngRepair {
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var count: Int
  private var isBig = false

  /// Safe while the bytes are writable.
  init(bytes: UnsafeMutableBufferPointer<UInt8>, count: Int) {
    unsafe self.bytes = bytes
    self.count = count
  }

  /// - Returns: how many bytes there are now.
  mutating func run() -> Int {
    let section: UInt32 = 0x0a0d_0d0a
    guard unsafe bytes.count >= 28 else { return count }
    if count < 28 {
      for index in count..<28 { unsafe bytes[index] = 0 }
      count = 28
    }
    var offset = 0
    write(section, at: 0)
    while count - offset >= 12 {
      let minimum = word(at: offset) == section ? 28 : 12
      let rest = (count - offset) & ~3
      guard rest >= minimum else { break }
      if word(at: offset) == section {
        isBig = unsafe bytes[offset + 8] == 0x1a
        write(0x1a2b_3c4d, at: offset + 8)
        // Version 1.
        unsafe bytes[offset + 12] = isBig ? 0 : 1
        unsafe bytes[offset + 13] = isBig ? 1 : 0
      }
      let length = max(minimum, min(Int(word(at: offset + 4)) & ~3, rest))
      write(UInt32(length), at: offset + 4)
      write(UInt32(length), at: offset + length - 4)
      offset += length
    }
    return max(offset, 28)
  }

  private func word(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { word, index in
      word << 8 | UInt32(unsafe bytes[offset + (isBig ? index : 3 - index)])
    }
  }

  private func write(_ word: UInt32, at offset: Int) {
    for index in 0..<4 {
      let byte = UInt8(truncatingIfNeeded: word >> UInt32(8 * (isBig ? 3 - index : index)))
      unsafe bytes[offset + index] = byte
    }
  }
}
