import NetworkTypes

/// How a classic capture file is laid out, as its 24-byte header tells.
///
/// Magic number, version, time zone, accuracy, snapshot length, link type; then records of seconds, fraction, captured
/// length, original length and the bytes (<https://www.tcpdump.org/manpages/pcap-savefile.5.html>).
struct ClassicLayout: Sendable, Hashable {
  /// Order of the two length fields in a record's header.
  enum LengthOrder: Sendable {
    /// Captured length first: format 2.4.
    case capturedFirst
    /// Original length first: formats 2.0 to 2.2 and DG/UX (543.0).
    case originalFirst
    /// Format 2.3 was written both ways: the smaller one is the captured length.
    case smallerIsCaptured
  }

  static let headerByteCount = 24

  /// Whether the file's byte order is not this machine's.
  var isByteSwapped: Bool
  /// Nanoseconds in a unit of the time's fraction: 1,000 or 1.
  var nanosecondsPerUnit: Int64
  var lengthOrder: LengthOrder
  /// 16, or 24 in Kuznetzov's "modified" format, which adds interface index, protocol and packet type.
  var recordHeaderByteCount: Int
  var snapshotLength: UInt32
  var linkType: LinkType

  /// Reads a file header.
  ///
  /// - Parameter header: at least ``headerByteCount`` bytes.
  /// - Returns: `nil` if the magic number is not one of classic captures.
  /// - Throws: a version that nobody knows how to read.
  init?(header: UnsafeRawBufferPointer) throws(CaptureError) {
    // Safe: the caller guarantees 24 bytes; `loadUnaligned` checks in debug builds.
    func field32(_ offset: Int) -> UInt32 {
      unsafe header.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    func field16(_ offset: Int) -> UInt16 {
      unsafe header.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }
    let magic = field32(0)
    guard let kind = Self.kind(ofMagic: magic) ?? Self.kind(ofMagic: magic.byteSwapped) else {
      return nil
    }
    isByteSwapped = Self.kind(ofMagic: magic) == nil
    nanosecondsPerUnit = kind.nanosecondsPerUnit
    recordHeaderByteCount = kind.recordHeaderByteCount
    let major = isByteSwapped ? field16(4).byteSwapped : field16(4)
    let minor = isByteSwapped ? field16(6).byteSwapped : field16(6)
    switch (major, minor) {
    case (2, 0...2), (543, 0): lengthOrder = .originalFirst
    case (2, 3): lengthOrder = .smallerIsCaptured
    case (2, 4): lengthOrder = .capturedFirst
    default:
      throw CaptureError(
        .unknownFormat,
        "pcap format version \(major).\(minor) is not known; versions 2.0 to 2.4 can be read")
    }
    snapshotLength = isByteSwapped ? field32(16).byteSwapped : field32(16)
    linkType = LinkType(fileValue: isByteSwapped ? field32(20).byteSwapped : field32(20))
  }

  private static func kind(
    ofMagic magic: UInt32
  ) -> (nanosecondsPerUnit: Int64, recordHeaderByteCount: Int)? {
    switch magic {
    case 0xa1b2_c3d4: (1_000, 16)
    case 0xa1b2_3c4d: (1, 16)
    case 0xa1b2_cd34: (1_000, 24)
    default: nil
    }
  }

  /// The largest captured length that is not taken for damage; the limits are libpcap's.
  var captureLengthLimit: UInt32 { Self.captureLengthLimit(of: linkType) }

  static func captureLengthLimit(of linkType: LinkType) -> UInt32 {
    switch linkType.rawValue {
    case 231, 220, 249, 266: 128 << 20  // D-Bus and USB
    case 279: 8 << 20  // EBHSCR
    default: CaptureReaderLimits.frameByteCount
    }
  }
}
