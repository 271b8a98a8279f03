/// How captures are read.
public struct CaptureReadingOptions: Sendable, Hashable {
  /// Which reader reads formats that ours and libpcap both know.
  public enum Backend: String, Sendable, Hashable, CaseIterable {
    case own
    case libpcap
  }

  public var backend: Backend
  /// Whether reading goes on behind a damaged record at the next place that looks like one. Off by default: what follows
  /// damage may be misread, and other tools stop there too.
  public var resynchronises: Bool

  /// An expression of pcap-filter(7): only packets that it matches are handed out. It sees the captured frame, not what is
  /// inside of tunnels.
  public var filter: String?

  public init(backend: Backend = .own, resynchronises: Bool = false, filter: String? = nil) {
    self.backend = backend
    self.resynchronises = resynchronises
    self.filter = filter
  }
}

/// An opened capture.
public struct OpenedCapture {
  public var reader: any CaptureReader
  /// Size of the file, compressed if it is; `nil` for pipes.
  public var byteCount: UInt64?
}

/// Opens a capture: a file, or `-` for standard input. The format is told by its first bytes.
///
/// - Throws: ``CaptureError`` if the file cannot be read, no reader knows its format, or the filter is not valid.
public func openCapture(
  path: String, options: CaptureReadingOptions = CaptureReadingOptions(),
  cancellation: CaptureCancellation? = nil
) throws(CaptureError) -> OpenedCapture {
  let file = try FileSource(path: path, cancellation: cancellation)
  let name = path == "-" ? "standard input" : path
  return OpenedCapture(
    reader: try openCapture(source: file, name: name, options: options),
    byteCount: file.byteCount)
}

/// Opens a capture that is in memory.
///
/// - Throws: ``CaptureError`` if no reader knows its format.
public func openCapture(
  bytes: [UInt8], name: String = "capture",
  options: CaptureReadingOptions = CaptureReadingOptions()
) throws(CaptureError) -> any CaptureReader {
  try openCapture(source: MemorySource(bytes), name: name, options: options)
}

func openCapture(
  source: any ByteSource, name: String, options: CaptureReadingOptions
) throws(CaptureError) -> any CaptureReader {
  let reader = try openUnfiltered(source: source, name: name, options: options)
  guard let filter = options.filter, !filter.isEmpty else { return reader }
  return try FilteringReader(reader, expression: filter)
}

private func openUnfiltered(
  source: any ByteSource, name: String, options: CaptureReadingOptions
) throws(CaptureError) -> any CaptureReader {
  var buffer = CaptureBuffer(source)
  _ = buffer.fill(atLeast: ClassicLayout.headerByteCount)
  if let compression = Compression(buffer) {
    let packed = BufferedSource(buffer)
    switch compression {
    case .gzip: buffer = CaptureBuffer(GzipSource(packed))
    case .zstd: buffer = CaptureBuffer(ZstdSource(packed))
    case .other(let remedy):
      throw CaptureError(.unknownFormat, "\(name): \(remedy)")
    }
    _ = buffer.fill(atLeast: ClassicLayout.headerByteCount)
  }
  if let failure = buffer.failure, buffer.available == 0 {
    throw CaptureError(.unreadable, "\(name): \(failure)")
  }
  if options.backend == .own, isPcapng(buffer) {
    return PcapngReader(buffer: buffer, resynchronises: options.resynchronises)
  }
  if options.backend == .own, buffer.available >= ClassicLayout.headerByteCount {
    // Safe: the bytes are valid until the next fill.
    let header = unsafe UnsafeRawBufferPointer(
      start: buffer.cursor, count: ClassicLayout.headerByteCount)
    let layout: ClassicLayout?
    do {
      layout = try unsafe ClassicLayout(header: header)
    } catch {
      throw CaptureError(error.code, "\(name): \(error.message)")
    }
    if let layout {
      buffer.position += ClassicLayout.headerByteCount
      return ClassicCaptureReader(
        layout: layout, buffer: buffer, resynchronises: options.resynchronises)
    }
  }
  guard buffer.available > 0 else { throw CaptureError(.empty, "\(name): is empty") }
  return try LibpcapReader(BufferedSource(buffer), name: name)
}

/// Whether a section header of pcapng stands at the buffer's position; its type reads the same in both byte orders.
private func isPcapng(_ buffer: borrowing CaptureBuffer) -> Bool {
  // Safe: 4 bytes are available.
  unsafe buffer.available >= 4
    && buffer.cursor.loadUnaligned(as: UInt32.self) == PcapngReader.BlockType.section
}

/// How a stream is compressed, as its first bytes tell.
private enum Compression {
  case gzip
  case zstd
  /// Not read here; how the user can decompress it.
  case other(remedy: String)

  init?(_ buffer: borrowing CaptureBuffer) {
    guard buffer.available >= 6 else { return nil }
    // Safe: 4 bytes are available.
    let magic = unsafe buffer.cursor.loadUnaligned(as: UInt32.self).bigEndian
    if magic >> 16 == 0x1f8b {
      self = .gzip
    } else if magic == 0x28b5_2ffd || magic & 0xf0ff_ffff == 0x502a_4d18 {
      self = .zstd
    } else if magic == 0xfd37_7a58 {
      self = .other(remedy: "is compressed with xz; pipe it through `xz -dc`")
    } else if magic >> 8 == 0x425a68 {
      self = .other(remedy: "is compressed with bzip2; pipe it through `bzip2 -dc`")
    } else if magic == 0x0422_4d18 {
      self = .other(remedy: "is compressed with lz4; pipe it through `lz4 -dc`")
    } else {
      return nil
    }
  }
}

/// The bytes of an array.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    let count = min(buffer.count, bytes.count - position)
    unsafe buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}

/// What a ``CaptureBuffer`` has left, and then its source.
final class BufferedSource: ByteSource {
  private var buffer: CaptureBuffer

  init(_ buffer: consuming CaptureBuffer) { self.buffer = buffer }

  func read(into output: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    guard buffer.fill(atLeast: 1) else {
      if let failure = buffer.failure { throw ByteSourceFailure(reason: failure) }
      return 0
    }
    let count = min(output.count, buffer.available)
    // Safe: `count` bytes are available, and fit.
    unsafe output.copyMemory(from: UnsafeRawBufferPointer(start: buffer.cursor, count: count))
    buffer.position += count
    return count
  }
}
