/// Finds lines and columns of byte offsets, by counting from a place that is already known.
///
/// Offsets are mostly asked for in ascending order; then the whole input is counted once. An offset before the last one
/// is counted from the settled place, or from the start.
struct LineCursor {
  private struct Place {
    var offset: Int
    /// Lines that ended before ``offset``.
    var lineBreaks = 0
    /// Characters between the last line break and ``offset``.
    var characters = 0
  }

  private let bytes: ByteWindow
  private let first: Place
  private var settled: Place
  private var last: Place

  init(_ bytes: ByteWindow) {
    self.bytes = bytes
    first = Place(offset: bytes.byteOrderMarkLength)
    settled = first
    last = first
  }

  /// Line and column of `offset`, both from 1; columns count characters (Unicode scalars).
  mutating func position(of offset: Int) -> (line: Int, column: Int) {
    var place = offset >= last.offset ? last : offset >= settled.offset ? settled : first
    advance(&place, to: min(offset, bytes.count))
    last = place
    return (place.lineBreaks + 1, place.characters + 1)
  }

  /// Makes `offset` a place to count from, since later questions will be about what follows it.
  mutating func settle(at offset: Int) {
    _ = position(of: offset)
    settled = last
  }

  private func advance(_ place: inout Place, to offset: Int) {
    guard place.offset < offset else { return }
    var lineBreaks = 0
    var lineStart = -1
    var index = place.offset
    while index <= offset - 8 {
      let others = bytes.word(at: index) ^ (0x0a &* Self.everyByte)
      // The high bit of each byte that is zero here, and so a line feed there.
      let low = (others & ~Self.highBits) &+ ~Self.highBits
      let found = ~(low | others) & Self.highBits
      if found != 0 {
        lineBreaks += found.nonzeroBitCount
        lineStart = index + 8 - found.leadingZeroBitCount / 8
      }
      index += 8
    }
    while index < offset {
      if bytes[index] == 0x0a {
        lineBreaks += 1
        lineStart = index + 1
      }
      index += 1
    }
    place.lineBreaks += lineBreaks
    if lineStart >= 0 {
      place.characters = characterCount(lineStart..<offset)
    } else {
      place.characters += characterCount(place.offset..<offset)
    }
    place.offset = offset
  }

  /// Bytes of `range` that begin a character.
  private func characterCount(_ range: Range<Int>) -> Int {
    var continuations = 0
    var index = range.lowerBound
    while index <= range.upperBound - 8 {
      let word = bytes.word(at: index)
      continuations += (word & ~(word << 1) & Self.highBits).nonzeroBitCount
      index += 8
    }
    while index < range.upperBound {
      if bytes[index] & 0xc0 == 0x80 { continuations += 1 }
      index += 1
    }
    return range.count - continuations
  }

  private static var everyByte: UInt64 { 0x0101_0101_0101_0101 }
  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }
}

extension ByteWindow {
  /// 3 where the bytes begin with the UTF-8 byte order mark, else 0.
  var byteOrderMarkLength: Int {
    self[0] == 0xef && self[1] == 0xbb && self[2] == 0xbf ? 3 : 0
  }
}
