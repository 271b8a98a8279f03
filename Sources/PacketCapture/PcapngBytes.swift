/// Bytes of a pcapng block in the section's byte order.
///
/// All reads are bounds-checked and give 0 beyond the end.
@safe
struct PcapngBytes {
  private let base: UnsafeRawPointer
  let count: Int
  let isByteSwapped: Bool

  /// Safe while `count` bytes are readable at `base`.
  @inline(__always)
  init(_ base: UnsafeRawPointer, count: Int, isByteSwapped: Bool) {
    unsafe self.base = base
    self.count = count
    self.isByteSwapped = isByteSwapped
  }

  @inline(__always)
  func word16(_ offset: Int) -> UInt16 {
    guard offset >= 0, offset + 2 <= count else { return 0 }
    let word = unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isByteSwapped ? word.byteSwapped : word
  }

  @inline(__always)
  func word32(_ offset: Int) -> UInt32 {
    guard offset >= 0, offset + 4 <= count else { return 0 }
    let word = unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isByteSwapped ? word.byteSwapped : word
  }

  func word64(_ offset: Int) -> UInt64 {
    guard offset >= 0, offset + 8 <= count else { return 0 }
    let word = unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    return isByteSwapped ? word.byteSwapped : word
  }

  func byte(_ offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The bytes of a range, cut at the end.
  func slice(_ offset: Int, _ length: Int) -> PcapngBytes {
    let start = min(max(0, offset), count)
    let end = min(max(start, start + max(0, length)), count)
    return unsafe PcapngBytes(base + start, count: end - start, isByteSwapped: isByteSwapped)
  }

  /// The same bytes in another order.
  func ordered(isByteSwapped: Bool) -> PcapngBytes {
    unsafe PcapngBytes(base, count: count, isByteSwapped: isByteSwapped)
  }

  /// Bytes before the first zero.
  var textByteCount: Int {
    // Safe: `count` bytes are readable.
    unsafe UnsafeRawBufferPointer(start: base, count: count).firstIndex(of: 0) ?? count
  }

  /// The bytes as text, up to the first zero; what is not UTF-8 is replaced.
  var text: String {
    unsafe String(
      decoding: UnsafeRawBufferPointer(start: base, count: count).prefix { $0 != 0 },
      as: UTF8.self)
  }
}

/// One option of a block: a code and a value.
struct PcapngOption {
  var code: UInt16
  var value: PcapngBytes
}

/// The options of a block, up to the end mark or the first that does not fit.
struct PcapngOptions: Sequence, IteratorProtocol {
  private let bytes: PcapngBytes
  private var offset = 0

  init(_ bytes: PcapngBytes) { self.bytes = bytes }

  mutating func next() -> PcapngOption? {
    guard offset + 4 <= bytes.count else { return nil }
    let code = bytes.word16(offset)
    let length = Int(bytes.word16(offset + 2))
    guard code != 0, offset + 4 + length <= bytes.count else { return nil }
    let value = bytes.slice(offset + 4, length)
    offset += 4 + (length + 3) & ~3
    return PcapngOption(code: code, value: value)
  }
}

extension PacketRecord {
  private static var swapMark: UInt32 { 1 << 31 }

  /// Options behind the packet.
  static func optionByteCount(_ count: Int, isByteSwapped: Bool) -> UInt32 {
    unsafe UInt32(count) | (isByteSwapped ? swapMark : 0)
  }

  /// The packet's pcapng options.
  private var options: PcapngOptions {
    let padded = unsafe (Int(capturedLength) + 3) & ~3
    // Safe: the reader saw so many bytes behind the packet.
    return unsafe PcapngOptions(
      PcapngBytes(
        bytes + padded, count: Int(optionByteCount & ~Self.swapMark),
        isByteSwapped: optionByteCount & Self.swapMark != 0))
  }

  /// Comments of the packet; empty in other formats than pcapng. Valid until the reader's next call of `read`.
  public var comments: [String] {
    guard unsafe optionByteCount != 0 else { return [] }
    return unsafe options.compactMap { $0.code == 1 ? $0.value.text : nil }
  }

  /// On which way the packet passed the interface, where the capture says it.
  public var passage: Passage? {
    guard unsafe optionByteCount != 0 else { return nil }
    let options = unsafe self.options
    for option in options where option.code == 2 {
      switch option.value.word32(0) & 3 {
      case 1: return .inbound
      case 2: return .outbound
      default: return nil
      }
    }
    return nil
  }

  /// The direction in a packet's flags.
  public enum Passage: Sendable { case inbound, outbound }
}
