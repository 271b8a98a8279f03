/// Finds the next block of a damaged pcapng capture.
///
/// A place is a block if three blocks follow each other from there, or blocks up to the exact end of the capture, and each
/// has a possible length that its trailing copy repeats, and a registered type.
enum PcapngResynchronisation {
  static let chainLength = 3
  /// Bytes looked at together.
  static let windowByteCount = 1 << 20

  /// The first block in `window`, or how many bytes certainly hold none. Blocks are multiples of 4 bytes.
  ///
  /// - Complexity: O(window bytes): a chain breaks at its first block almost everywhere.
  static func firstPlausibleBlock(
    in window: PcapngBytes, isWholeRest: Bool
  ) -> (offset: Int, isBlock: Bool) {
    var start = 0
    while start + 12 <= window.count {
      switch chain(from: start, in: window, isWholeRest: isWholeRest) {
      case true?: return (start, true)
      case nil where start > 0: return (start, false)
      default: start += 4
      }
    }
    return (isWholeRest ? window.count : start, false)
  }

  /// Whether blocks follow each other from `start`; `nil` if that lies outside of the window.
  private static func chain(from start: Int, in window: PcapngBytes, isWholeRest: Bool) -> Bool? {
    var offset = start
    for _ in 0..<chainLength {
      if offset == window.count, isWholeRest { return true }
      guard offset + 12 <= window.count else { return isWholeRest ? false : nil }
      let type = window.word32(offset)
      let length = Int(window.word32(offset + 4))
      guard (1...12).contains(type) || type == PcapngReader.BlockType.section, length >= 12,
        length & 3 == 0, length <= Int(CaptureReaderLimits.blockByteCount)
      else { return false }
      guard offset + length <= window.count else { return isWholeRest ? false : nil }
      guard Int(window.word32(offset + length - 4)) == length else { return false }
      offset += length
    }
    return true
  }
}
