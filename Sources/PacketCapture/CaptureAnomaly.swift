/// Something wrong in a capture: where, what, and what the reader did about it.
///
/// A capture with any anomaly is incomplete: verdicts that follow from it may miss flows.
public struct CaptureAnomaly: Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    /// The file ends inside a record or block: `expected` bytes were announced, `found` were there.
    case truncated(expected: UInt64, found: UInt64)
    /// A record claims more bytes than the largest frame that its link type can have.
    case recordTooLong(length: UInt64, limit: UInt64)
    /// A block's total length is below its minimum, not a multiple of 4, or differs from its trailing copy.
    case blockLengthInvalid(length: UInt64)
    /// A block is too large to be read.
    case blockTooLong(length: UInt64, limit: UInt64)
    /// A block's fields do not fit into its length.
    case blockMalformed(type: UInt32)
    /// A packet names an interface that no block described.
    case unknownInterface(index: UInt32)
    /// A section with a byte-order magic or a version that is not known.
    case unknownSection(detail: String)
    /// A packet before the first interface description.
    case missingInterface
    /// The compressed stream is damaged or ends early.
    case compressionDamaged(detail: String)
    /// The file was cut while it was read: it ends before the size that it had when it was opened.
    case becameShorter(formerByteCount: UInt64)
    /// The operating system could not read on.
    case readFailed(errorNumber: Int32)
    /// The run was cancelled; such anomalies are not logged, for nothing is wrong with the capture.
    case cancelled
    /// A packet's time lies outside of the years 1678 to 2262, which a number of nanoseconds can tell.
    case timestampOutOfRange
    /// libpcap refuses to read on, in its own words.
    case refused(message: String)
  }

  public enum Action: Sendable, Hashable {
    /// The reader stopped: everything after ``byteOffset`` is missing.
    case stopped
    /// The reader left out this record or block and went on with the next.
    case skipped
    /// The reader put the nearest value that is possible in the place of a wrong one, and went on.
    case corrected
    /// The reader left out `byteCount` bytes and went on at the next plausible record.
    case resynchronised(byteCount: UInt64)
  }

  /// Number of the packet that could not be read, from 1 as in other tools.
  public var packetNumber: UInt64
  /// Offset in the capture's bytes, after decompression, of the record or block.
  public var byteOffset: UInt64
  public var reason: Reason
  public var action: Action

  public init(packetNumber: UInt64, byteOffset: UInt64, reason: Reason, action: Action) {
    self.packetNumber = packetNumber
    self.byteOffset = byteOffset
    self.reason = reason
    self.action = action
  }
}

extension CaptureAnomaly.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let expected, let found):
      "the capture ends inside a record: \(expected) bytes announced, \(found) there"
    case .recordTooLong(let length, let limit):
      "the record claims \(length) bytes; at most \(limit) are possible"
    case .blockLengthInvalid(let length): "the block's length \(length) is not valid"
    case .blockTooLong(let length, let limit):
      "the block claims \(length) bytes; at most \(limit) are read"
    case .blockMalformed(let type):
      "the fields of the block of type 0x\(String(type, radix: 16)) do not fit into it"
    case .unknownInterface(let index): "interface \(index) is not described in the section"
    case .unknownSection(let detail): "the section cannot be read: \(detail)"
    case .missingInterface: "a packet comes before any interface description"
    case .compressionDamaged(let detail): "the compressed stream is damaged: \(detail)"
    case .becameShorter(let formerByteCount):
      "the file became shorter while it was read; it had \(formerByteCount) bytes"
    case .readFailed(let errorNumber): "reading failed: \(systemMessage(errorNumber))"
    case .timestampOutOfRange: "the time is outside of the years 1678 to 2262"
    case .cancelled: "reading was cancelled"
    case .refused(let message): "libpcap: \(message)"
    }
  }
}

/// `packet 7 (byte 5035): the record claims ...; reading stopped there`.
extension CaptureAnomaly: CustomStringConvertible {
  public var description: String {
    let consequence =
      switch action {
      case .stopped: "reading stopped there"
      case .skipped: "it was left out"
      case .corrected: "the nearest time that can be told was taken"
      case .resynchronised(let count): "\(count) bytes were left out"
      }
    return "packet \(packetNumber) (byte \(byteOffset)): \(reason); \(consequence)"
  }
}
