import LookupTable

/// Changes of a sound table: which table, flags, and edits of ten bytes each.
struct TableEdits {
  static let operationCount: UInt8 = 11

  /// Which of the sound tables.
  let base: Int
  /// Whether the checksum stays that of the sound table.
  private let isUnsealed: Bool
  private let edits: [Edit]

  private struct Edit {
    var operation: UInt8
    var section: TableSection
    var position: Int
    var value: UInt32
  }

  init?(_ input: [UInt8]) {
    guard input.count >= 2 else { return nil }
    base = Int(input[0])
    isUnsealed = input[1] & 7 == 7
    let sections = TableSection.allCases
    edits = stride(from: 2, through: input.count - 10, by: 10).map { start in
      func word(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(input[start + offset + $1]) << UInt32(8 * $1) }
      }
      return Edit(
        operation: input[start] % Self.operationCount,
        section: sections[Int(input[start + 1]) % sections.count], position: Int(word(2)),
        value: word(6))
    }
  }

  /// The bytes of the changed file.
  func apply(to table: SoundTable) -> [UInt8] {
    var names = table.names
    for edit in edits { Self.change(&names, edit) }
    var file = TableFile(bytes: table.tables + names)
    file.setByteCounts(names: names.count)
    for edit in edits { Self.change(&file, edit) }
    if !isUnsealed { file.seal() }
    return file.bytes
  }

  private static func change(_ names: inout [UInt8], _ edit: Edit) {
    let place = edit.position % (names.count + 1)
    switch edit.operation {
    case 0 where place < names.count: names[place] = UInt8(truncatingIfNeeded: edit.value)
    case 1:
      let count = 1 + Int(edit.value >> 24) % 4
      names.insert(
        contentsOf: (0..<count).map { UInt8(truncatingIfNeeded: edit.value >> UInt32(8 * $0)) },
        at: place)
    case 2: names.removeSubrange(place..<min(names.count, place + 1 + Int(edit.value % 64)))
    default: break
    }
  }

  private static func change(_ file: inout TableFile, _ edit: Edit) {
    let section = file.range(of: edit.section)
    let value = UInt64(edit.value)
    func place(_ size: Int) -> Int {
      let count = section.count / size
      return count == 0 ? -1 : section.lowerBound + edit.position % count * size
    }
    switch edit.operation {
    case 3: file.store(UInt32(edit.value), at: place(4))
    case 4: file.store(UInt16(truncatingIfNeeded: edit.value), at: place(2))
    case 5: file.store(UInt8(truncatingIfNeeded: edit.value), at: place(1))
    case 6:
      // A number with something in its upper half, for the 8-byte elements.
      file.store(value << 44 | value & 0xfff, at: place(8))
    case 7: file.store(UInt32(edit.value), at: edit.position % 8192)
    case 8:
      file.store(value, at: TableFile.headerOffset(of: edit.section) + edit.position % 2 * 8)
    case 9: file.cut(to: edit.position, whole: edit.value & 1 != 0)
    case 10:
      // A little more or less than what was there.
      let place = place(4)
      let change = UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: edit.value)))
      file.store(
        UInt32(truncatingIfNeeded: file.load(at: place, byteCount: 4)) &+ change, at: place)
    default: break
    }
  }
}

/// A table file as docs/table-format.md describes it, as far as it takes to change one.
struct TableFile {
  private(set) var bytes: [UInt8]

  /// Header's place of a section: its start, and 8 bytes on its length.
  static func headerOffset(of section: TableSection) -> Int { 128 + section.rawValue * 16 }
  private static let totalByteCountOffset = 16
  private static let checksumOffset = 24

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Where a section is, as far as it is inside of the file.
  func range(of section: TableSection) -> Range<Int> {
    let offset = Self.headerOffset(of: section)
    let start = Int(clamping: load(at: offset, byteCount: 8))
    let count = Int(clamping: load(at: offset + 8, byteCount: 8))
    guard start <= bytes.count else { return 0..<0 }
    return start..<(start + min(count, bytes.count - start))
  }

  /// A little-endian number; 0 outside of the file.
  func load(at offset: Int, byteCount: Int) -> UInt64 {
    guard offset >= 0, offset + byteCount <= bytes.count else { return 0 }
    return (0..<byteCount).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  /// Changes nothing outside of the file.
  mutating func store<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    let byteCount = Number.bitWidth / 8
    guard offset >= 0, offset + byteCount <= bytes.count else { return }
    for index in 0..<byteCount {
      bytes[offset + index] = UInt8(truncatingIfNeeded: number >> Number(8 * index))
    }
  }

  /// Says in the header how long names and file are.
  mutating func setByteCounts(names: Int) {
    store(UInt64(names), at: Self.headerOffset(of: .names) + 8)
    store(UInt64(bytes.count), at: Self.totalByteCountOffset)
  }

  /// Cuts the file, and says so in the header or not.
  mutating func cut(to count: Int, whole: Bool) {
    bytes.removeLast(bytes.count - min(bytes.count, count))
    if whole { store(UInt64(bytes.count), at: Self.totalByteCountOffset) }
  }

  /// Puts the checksum right.
  mutating func seal() {
    guard bytes.count >= 32 else { return }
    store(0 as UInt64, at: Self.checksumOffset)
    store(checksum, at: Self.checksumOffset)
  }

  private var checksum: UInt64 {
    var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    unsafe bytes.withUnsafeBytes { buffer in
      let wordCount = buffer.count / 8
      for index in 0..<wordCount {
        // Safe: whole words inside of the buffer.
        let word = unsafe UInt64(
          littleEndian: buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        let mixed = (first ^ word) &* 0xD6E8_FEB8_6659_FD93
        first = second &+ (mixed ^ mixed >> 32)
        second = mixed
      }
      for offset in wordCount * 8..<buffer.count {
        first = (first ^ UInt64(unsafe buffer[offset])) &* 0x9E37_79B9_7F4A_7C15
      }
    }
    return first ^ second ^ UInt64(bytes.count)
  }
}
