import CPcap
import CShims
import NetworkTypes

#if canImport(Glibc)
  import Glibc
#endif

/// Reads packets through libpcap: formats that no reader of ours knows, and the test oracle of those that ours know.
///
/// libpcap hands over neither comments nor interface descriptions, and stops where interfaces of one file differ in link
/// type or snapshot length.
@safe
public final class LibpcapReader: CaptureReader {
  public let format = CaptureFormat.libpcap
  public let interfaces: [CaptureInterface]
  public private(set) var packetCount: UInt64 = 0

  private let handle: OpaquePointer
  private var log = AnomalyLog()
  private var isStopped = false
  /// Bytes of packets handed out; libpcap does not tell its place in a stream.
  public private(set) var byteOffset: UInt64 = 0

  /// Reads the capture that `source` delivers.
  ///
  /// - Throws: libpcap's message if it does not know the format.
  convenience init(_ source: any ByteSource, name: String) throws(CaptureError) {
    let cookie = unsafe Unmanaged.passRetained(StreamCookie(source)).toOpaque()
    // Safe: the callbacks match the C prototypes; the cookie stays retained until the stream's close callback.
    let opened = unsafe flowverdict_open_stream(
      cookie,
      { cookie, bytes, count in unsafe StreamCookie.read(cookie, bytes, count) },
      { cookie in
        if let cookie = unsafe cookie {
          unsafe Unmanaged<StreamCookie>.fromOpaque(cookie).release()
        }
        return 0
      })
    guard let stream = unsafe opened else {
      unsafe Unmanaged<StreamCookie>.fromOpaque(cookie).release()
      throw CaptureError(.unreadable, "\(name): \(systemMessage(errno))")
    }
    try unsafe self.init(stream: stream, name: name)
  }

  /// Takes over `stream`, which must be open for reading.
  private init(
    stream: UnsafeMutablePointer<FILE>, name: String
  ) throws(CaptureError) {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // Safe: the error buffer has the size that libpcap demands.
    guard
      let opened = unsafe pcap_fopen_offline_with_tstamp_precision(
        stream, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    else {
      unsafe fclose(stream)
      throw CaptureError(.unknownFormat, "\(name): \(text(of: message))")
    }
    unsafe handle = opened
    interfaces = [
      CaptureInterface(
        linkType: LinkType(fileValue: UInt32(bitPattern: unsafe pcap_datalink(opened))),
        snapshotLength: UInt32(max(0, unsafe pcap_snapshot(opened))))
    ]
  }

  deinit {
    unsafe pcap_close(handle)
  }

  public var anomalies: [CaptureAnomaly] { log.first }
  public var anomalyCount: UInt64 { log.count }

  /// One packet a call: libpcap reuses its buffer for the next one.
  public func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int {
    guard !isStopped, records.count > 0 else { return 0 }
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    // Safe: both pointers are filled when the result is 1, and valid until the next call.
    switch unsafe pcap_next_ex(handle, &header, &bytes) {
    case 1:
      guard let header = unsafe header, let bytes = unsafe bytes else { return 0 }
      // With nanosecond precision, `tv_usec` holds nanoseconds.
      let (time, isExact) = TimestampResolution.nanoseconds(
        seconds: Int64(unsafe header.pointee.ts.tv_sec),
        nanoseconds: Int64(unsafe header.pointee.ts.tv_usec))
      unsafe records[0] = PacketRecord(
        bytes: UnsafeRawPointer(bytes), timestampNanoseconds: time,
        capturedLength: header.pointee.caplen, originalLength: header.pointee.len,
        interface: 0)
      packetCount += 1
      if !isExact {
        log.append(
          CaptureAnomaly(
            packetNumber: packetCount, byteOffset: byteOffset, reason: .timestampOutOfRange,
            action: .corrected))
      }
      byteOffset += UInt64(unsafe header.pointee.caplen)
      return 1
    case PCAP_ERROR_BREAK:  // The end of the file.
      isStopped = true
      return 0
    default:
      isStopped = true
      let message = unsafe String(cString: pcap_geterr(handle))
      log.append(
        CaptureAnomaly(
          packetNumber: packetCount + 1, byteOffset: byteOffset,
          reason: .refused(message: message), action: .stopped))
      return 0
    }
  }
}

/// What a C stream that reads from a ``ByteSource`` holds on to.
private final class StreamCookie {
  private let source: any ByteSource

  init(_ source: any ByteSource) { self.source = source }

  static func read(
    _ cookie: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int
  ) -> Int {
    guard let cookie = unsafe cookie, let bytes = unsafe bytes else { return -1 }
    let stream = unsafe Unmanaged<StreamCookie>.fromOpaque(cookie).takeUnretainedValue()
    // Safe: the C library guarantees `count` writable bytes.
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: count)
    do {
      return try unsafe stream.source.read(into: buffer)
    } catch {
      return -1
    }
  }
}

/// The text before the first zero of a C character buffer.
func text(of characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
