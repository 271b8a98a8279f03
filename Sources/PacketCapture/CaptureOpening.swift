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

  public init(backend: Backend = .own, resynchronises: Bool = false) {
    self.backend = backend
    self.resynchronises = resynchronises
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
/// - Throws: ``CaptureError`` if the file cannot be read or no reader knows its format.
public func openCapture(
  path: String, options: CaptureReadingOptions = CaptureReadingOptions()
) throws(CaptureError) -> OpenedCapture {
  let file = try FileSource(path: path)
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
  var buffer = CaptureBuffer(source)
  _ = buffer.fill(atLeast: ClassicLayout.headerByteCount)
  if let failure = buffer.failure, buffer.available == 0 {
    throw CaptureError(.unreadable, "\(name): \(failure)")
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
