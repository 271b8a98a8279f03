/// Keeps one `String` for each distinct text, so that what many objects share is stored once.
struct Interner {
  private var strings: [String] = []
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: index + 1, or 0; a power of two in size, at most half full.
  private var slots: [UInt32] = []

  /// The number of the text; the same text has the same number.
  /// - Complexity: O(length) on average.
  mutating func number(of text: Span<UInt8>) -> Int {
    if slots.isEmpty { slots = [UInt32](repeating: 0, count: 1_024) }
    let mask = slots.count - 1
    var slot = Self.hash(text) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if matches(text, index) { return index }
      slot = (slot + 1) & mask
    }
    let index = strings.count
    strings.append(String(text))
    for position in text.indices { bytes.append(text[position]) }
    ends.append(bytes.count)
    slots[slot] = UInt32(index + 1)
    if strings.count * 2 > slots.count { grow() }
    return index
  }

  subscript(number: Int) -> String { strings[number] }

  var count: Int { strings.count }

  /// The one `String` that holds this text.
  mutating func string(of text: Span<UInt8>) -> String { strings[number(of: text)] }

  private func span(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private func matches(_ text: Span<UInt8>, _ index: Int) -> Bool {
    let range = span(index)
    guard range.count == text.count else { return false }
    for offset in 0..<text.count where bytes[range.lowerBound + offset] != text[offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 4)
    let mask = slots.count - 1
    for index in strings.indices {
      var slot = Self.hash(bytes.span.extracting(span(index))) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(index + 1)
    }
  }

  /// FNV-1a of 64 bits with its upper half folded in.
  private static func hash(_ text: Span<UInt8>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
