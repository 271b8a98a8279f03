/// An archive that ends early, or holds what no writer writes.
struct ArchiveError: Error {
  /// Byte of the archive, from 0.
  var offset: Int
  var message: String
}

/// Reads what ``ArchiveWriter`` writes, trusting none of it: every length is bounded by the bytes that are left.
struct ArchiveReader {
  private let bytes: [UInt8]
  private var position = 0
  private var strings: [String] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func failure(_ message: String) -> ArchiveError {
    ArchiveError(offset: position, message: message)
  }

  /// Whether all bytes were read.
  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() throws(ArchiveError) -> UInt8 {
    guard position < bytes.count else { throw failure("the model ends early") }
    position += 1
    return bytes[position - 1]
  }

  mutating func number() throws(ArchiveError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else { throw failure("a number of more than 64 bits") }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
      guard shift < 64 else { throw failure("a number of more than 64 bits") }
    }
  }

  mutating func integer() throws(ArchiveError) -> Int {
    let coded = try number()
    return Int(Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1))
  }

  /// A number that must fit the type.
  mutating func number<Number: FixedWidthInteger>(
    as type: Number.Type
  ) throws(ArchiveError) -> Number {
    guard let number = Number(exactly: try number()) else {
      throw failure("a number out of range")
    }
    return number
  }

  mutating func flag() throws(ArchiveError) -> Bool {
    let byte = try byte()
    guard byte <= 1 else { throw failure("neither yes nor no") }
    return byte == 1
  }

  /// The number of elements that follow; each takes at least one byte.
  mutating func count() throws(ArchiveError) -> Int {
    let count = try number()
    guard count <= UInt64(bytes.count - position) else {
      throw failure("a list longer than its bytes")
    }
    return Int(count)
  }

  mutating func string() throws(ArchiveError) -> String {
    let index = try number()
    if index > 0 {
      guard index <= UInt64(strings.count) else { throw failure("a string that was not written") }
      return strings[Int(index) - 1]
    }
    let count = try count()
    guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
      throw failure("a string that is not UTF-8")
    }
    position += count
    strings.append(text)
    return text
  }

  mutating func value<Value: Archivable>(
    _ type: Value.Type = Value.self
  ) throws(ArchiveError) -> Value {
    try Value(from: &self)
  }

  mutating func optional<Value: Archivable>(
    _ type: Value.Type = Value.self
  ) throws(ArchiveError) -> Value? {
    try flag() ? try Value(from: &self) : nil
  }

  mutating func list<Value: Archivable>(
    _ type: Value.Type = Value.self
  ) throws(ArchiveError) -> [Value] {
    let count = try count()
    var values: [Value] = []
    // A hostile count must not reserve memory for what the bytes cannot hold.
    values.reserveCapacity(min(count, 4096))
    for _ in 0..<count { values.append(try Value(from: &self)) }
    return values
  }

  /// One of the words of an enumeration.
  mutating func word<Word: RawRepresentable<String>>(
    _ type: Word.Type = Word.self
  ) throws(ArchiveError) -> Word {
    let text = try string()
    guard let word = Word(rawValue: text) else { throw failure("unknown word \(text)") }
    return word
  }
}
