/// Writes model values as bytes: numbers as LEB128, strings once in a table and by index after that.
struct ArchiveWriter {
  private(set) var bytes: [UInt8] = []
  private var strings: [String: UInt64] = [:]

  mutating func write(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func write(_ number: Int) {
    // Zigzag: small negative numbers stay short.
    write(UInt64(bitPattern: Int64(number) << 1 ^ Int64(number) >> 63))
  }

  mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  /// A string: index 0 and its bytes the first time, its index from 1 on after that.
  mutating func write(_ text: String) {
    if let index = strings[text] {
      write(index)
      return
    }
    strings[text] = UInt64(strings.count) + 1
    write(UInt64(0))
    write(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write<Value: Archivable>(_ value: Value) { value.write(to: &self) }

  mutating func write<Value: Archivable>(_ value: Value?) {
    write(value != nil)
    if let value { value.write(to: &self) }
  }

  mutating func write<Value: Archivable>(_ values: [Value]) {
    write(UInt64(values.count))
    for value in values { value.write(to: &self) }
  }
}

/// A value that an archive can hold.
protocol Archivable {
  func write(to archive: inout ArchiveWriter)
  init(from archive: inout ArchiveReader) throws(ArchiveError)
}
