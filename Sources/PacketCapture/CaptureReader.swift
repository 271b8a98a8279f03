import NetworkTypes

/// What kind of capture is being read.
public enum CaptureFormat: String, Sendable, Hashable {
  case pcap
  case pcapng
  /// Another format that libpcap reads.
  case libpcap
}

/// A source of packets: one capture file or stream.
///
/// Not thread-safe. Readers never throw while they read: damage becomes a ``CaptureAnomaly``, and what can still be read
/// is read.
public protocol CaptureReader: AnyObject {
  var format: CaptureFormat { get }
  /// Grows while a pcapng capture is read; an interface's index never changes. A classic capture has one.
  var interfaces: [CaptureInterface] { get }
  /// What the capture says besides packets and interfaces.
  var metadata: CaptureMetadata { get }
  /// The first anomalies, at most ``CaptureReaderLimits/anomalies``; see ``anomalyCount`` for all.
  var anomalies: [CaptureAnomaly] { get }
  var anomalyCount: UInt64 { get }
  /// Packets read so far, those that a filter left out included.
  var packetCount: UInt64 { get }
  /// Packets that a filter left out.
  var filteredPacketCount: UInt64 { get }
  /// Packets that have no time: those of pcapng's simple packet blocks.
  var untimedPacketCount: UInt64 { get }
  /// Numbers, from 1, of the packets that the last call of ``read(into:)`` handed out, where a filter leaves some out; empty
  /// where every packet is handed out.
  var filteredPacketNumbers: [UInt64] { get }
  /// Bytes of the capture used so far, after decompression.
  var byteOffset: UInt64 { get }

  /// Hands out the next packets, in the capture's order.
  ///
  /// The records' bytes are valid until the next call.
  /// - Returns: how many records were written from the start of `records`; 0 only at the end. On a pipe, returns what is
  ///   there instead of waiting for a full batch.
  func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int
}

extension CaptureReader {
  public var metadata: CaptureMetadata { CaptureMetadata() }
  public var filteredPacketCount: UInt64 { 0 }
  public var untimedPacketCount: UInt64 { 0 }
  public var filteredPacketNumbers: [UInt64] { [] }
}

/// Bounds of what readers keep.
public enum CaptureReaderLimits {
  /// Interfaces of one capture; packets of further ones are left out as an anomaly.
  public static let interfaces = 65_536
  /// Names of addresses kept of one capture.
  public static let names = 65_536
  /// Comments of sections kept of one capture.
  public static let comments = 1_000
  /// The largest pcapng block that is read; libpcap's limit too.
  public static let blockByteCount: UInt32 = 16 << 20
  /// Anomalies kept per capture.
  public static let anomalies = 100
  /// The largest frame of almost every link type; libpcap's limit too.
  public static let frameByteCount: UInt32 = 262_144
}
