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
    let lineFeeds = 0x0a &* 0x0101_0101_0101_0101 as UInt64
    var index = place.offset
    while index < offset {
      if offset - index >= 8, bytes.hasWord(at: index) {
        let word = bytes.word(at: index)
        let others = word ^ lineFeeds
        // No byte is a line feed, and none is above 0x7f: eight characters of this line.
        let stops = ((others &- 0x0101_0101_0101_0101) & ~others | word) & 0x8080_8080_8080_8080
        if stops == 0 {
          place.characters += 8
          index += 8
          continue
        }
      }
      let byte = bytes[index]
      if byte == 0x0a {
        place.lineBreaks += 1
        place.characters = 0
      } else if byte & 0xc0 != 0x80 {
        place.characters += 1
      }
      index += 1
    }
    place.offset = max(place.offset, offset)
  }
}

extension ByteWindow {
  /// 3 where the bytes begin with the UTF-8 byte order mark, else 0.
  var byteOrderMarkLength: Int {
    self[0] == 0xef && self[1] == 0xbb && self[2] == 0xbf ? 3 : 0
  }
}
